/* Any bytes as a ticket's text and as a ticket file; what parses is written back alike. */
#include <assert.h>
#include <stdlib.h>

#include "fv/ticket.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct fv_span bytes = {data, size};
	struct fv_buf again = {0};
	struct fv_ticket ticket;
	struct fv_fault fault;
	struct fv_span note;

	if (fv_crypto_init() != FV_OK)
		abort();
	if (fv_ticket_text_parse(bytes, &ticket, &fault) == FV_OK) {
		fv_ticket_text_put(&again, &ticket);
		assert(fv_span_equal(fv_buf_span(&again), bytes));
	} else {
		assert(fault.rule[0] != '\0');
	}
	fv_buf_reset(&again);
	if (fv_ticket_file_parse(bytes, &ticket, &note, &fault) == FV_OK) {
		assert(fv_url_valid(fv_span_z(ticket.url)));
		fv_ticket_file_put(&again, ticket.token, note);
		assert(fv_span_equal(fv_buf_span(&again), bytes));
	} else {
		assert(fault.rule[0] != '\0' && note.ptr == NULL);
	}
	fv_buf_clear(&again);
	return 0;
}
