#include "firmware-app/slots.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "firmware-app/failpoint.h"

#define FILE_BYTES (2L * (long)FV_SLOT_BYTES)

static enum fv_err
io_error(void)
{
	return errno == ENOSPC || errno == EDQUOT ? FV_EFULL : FV_EIO;
}

static enum fv_err
write_at(int fd, const uint8_t *bytes, size_t len, unsigned slot)
{
	off_t at = (off_t)slot * (off_t)FV_SLOT_BYTES;

	while (len > 0) {
		ssize_t n = pwrite(fd, bytes, len, at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return io_error();
		bytes += n;
		len -= (size_t)n;
		at += n;
	}
	return FV_OK;
}

/* Write a whole slot; `half` is the point at which a test stops in the middle. */
static enum fv_err
write_slot(int fd, unsigned slot, const uint8_t bytes[FV_SLOT_BYTES], enum fv_failpoint half)
{
	enum fv_err rc;

	if (fv_failpoint_wanted(half)) {
		/* Half of what carries state: a torn slot, not a whole one with less padding.
		 */
		rc = write_at(fd, bytes, FV_SLOT_STATE_BYTES / 2, slot);
		(void)rc;
		abort();
	}
	return write_at(fd, bytes, FV_SLOT_BYTES, slot);
}

static enum fv_err
write_state(int fd, unsigned slot, const struct fv_ratchet *state, enum fv_failpoint half)
{
	uint8_t bytes[FV_SLOT_BYTES];
	enum fv_err rc;

	fv_slot_put(state, bytes);
	rc = write_slot(fd, slot, bytes, half);
	fv_wipe(bytes, sizeof bytes);
	return rc;
}

static enum fv_err
sync_path(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum fv_err rc;

	if (fd < 0)
		return FV_EIO;
	rc = fsync(fd) == 0 ? FV_OK : FV_EIO;
	close(fd);
	return rc;
}

static enum fv_err
put_paths(const char *dir, struct fv_buf *folder, struct fv_buf *file, struct fv_buf *fresh)
{
	fv_buf_putf(folder, "%s/%s", dir, FV_SLOTS_FOLDER);
	fv_buf_putf(file, "%s/%s/%s", dir, FV_SLOTS_FOLDER, FV_SLOTS_FILE);
	fv_buf_putf(fresh, "%s/%s/%s.new", dir, FV_SLOTS_FOLDER, FV_SLOTS_FILE);
	if (fv_buf_z(folder) == NULL || fv_buf_z(file) == NULL || fv_buf_z(fresh) == NULL)
		return FV_ENOMEM;
	return FV_OK;
}

enum fv_err
fv_slots_create(const char *dir, const struct fv_ratchet *first)
{
	const uint8_t zero[FV_SLOT_BYTES] = {0};
	struct fv_buf folder = {0}, file = {0}, fresh = {0};
	int fd = -1;
	enum fv_err rc;

	if ((rc = put_paths(dir, &folder, &file, &fresh)) != FV_OK)
		goto cleanup;
	rc = FV_EIO;
	if (mkdir(fv_buf_z(&folder), 0700) != 0 && errno != EEXIST) {
		rc = io_error();
		goto cleanup;
	}
	fd = open(fv_buf_z(&fresh), O_RDWR | O_CREAT | O_TRUNC | O_DSYNC | O_CLOEXEC, 0600);
	if (fd < 0) {
		rc = io_error();
		goto cleanup;
	}
	if ((rc = write_at(fd, zero, sizeof zero, 1)) != FV_OK ||
	    (rc = write_state(fd, 0, first, FV_POINT_NONE)) != FV_OK)
		goto cleanup;
	rc = FV_EIO;
	if (fsync(fd) != 0 || rename(fv_buf_z(&fresh), fv_buf_z(&file)) != 0)
		goto cleanup;
	if ((rc = sync_path(fv_buf_z(&folder))) == FV_OK)
		rc = sync_path(dir);
cleanup:
	if (fd >= 0)
		close(fd);
	fv_buf_clear(&folder);
	fv_buf_clear(&file);
	fv_buf_clear(&fresh);
	return rc;
}

/* FV_OK when the slot holds a state whose seal key is `seal_pk`. */
static enum fv_err
read_slot(int fd, unsigned slot, const uint8_t seal_pk[FV_KEY_BYTES], struct fv_ratchet *out)
{
	uint8_t bytes[FV_SLOT_BYTES], pk[FV_KEY_BYTES];
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if (pread(fd, bytes, sizeof bytes, (off_t)slot * (off_t)FV_SLOT_BYTES) !=
	    (ssize_t)sizeof bytes)
		return FV_ECORRUPT;
	if ((rc = fv_slot_parse(bytes, out)) == FV_OK) {
		fv_ed25519_public(out->seed, pk);
		if (memcmp(pk, seal_pk, sizeof pk) != 0) {
			fv_wipe(out, sizeof *out);
			rc = FV_ENOENT;
		}
	}
	fv_wipe(bytes, sizeof bytes);
	return rc;
}

/* Pick the slot to go on from and zero the other. */
static enum fv_err
choose(struct fv_slots *slots, const uint8_t seal_pk[FV_KEY_BYTES])
{
	const uint8_t zero[FV_SLOT_BYTES] = {0};
	struct fv_ratchet *two;
	bool good[2];
	enum fv_err rc = FV_ENOMEM;

	if ((two = fv_secret_alloc(2 * sizeof *two)) == NULL)
		return FV_ENOMEM;
	for (unsigned i = 0; i < 2; i++)
		good[i] = read_slot(slots->fd, i, seal_pk, &two[i]) == FV_OK;
	rc = FV_ECORRUPT;
	if (!good[0] && !good[1])
		goto cleanup;
	slots->current = good[1] && (!good[0] || two[1].gen > two[0].gen) ? 1 : 0;
	*slots->now = two[slots->current];
	rc = write_at(slots->fd, zero, sizeof zero, slots->current ^ 1U);
	fv_failpoint(FV_POINT_OPEN_AFTER_CHOICE);
cleanup:
	fv_secret_free(two);
	return rc;
}

enum fv_err
fv_slots_open(struct fv_slots *slots, const char *dir, const uint8_t seal_pk[FV_KEY_BYTES])
{
	struct fv_buf folder = {0}, file = {0}, fresh = {0};
	struct stat st;
	enum fv_err rc;

	fv_slots_close(slots);
	if ((rc = put_paths(dir, &folder, &file, &fresh)) != FV_OK)
		goto cleanup;
	slots->fd = open(fv_buf_z(&file), O_RDWR | O_DSYNC | O_CLOEXEC);
	if (slots->fd < 0) {
		rc = errno == ENOENT ? FV_ENOENT : FV_EIO;
		goto cleanup;
	}
	rc = FV_ECORRUPT;
	if (fstat(slots->fd, &st) != 0 || st.st_size != FILE_BYTES)
		goto cleanup;
	rc = FV_ENOMEM;
	if ((slots->now = fv_secret_alloc(sizeof *slots->now)) == NULL)
		goto cleanup;
	rc = choose(slots, seal_pk);
cleanup:
	if (rc != FV_OK)
		fv_slots_close(slots);
	fv_buf_clear(&folder);
	fv_buf_clear(&file);
	fv_buf_clear(&fresh);
	return rc;
}

enum fv_err
fv_slots_save(struct fv_slots *slots)
{
	enum fv_err rc;

	slots->now->gen++;
	rc =
	    write_state(slots->fd, slots->current ^ 1U, slots->now, FV_POINT_RECORD_HALF_SLOT);
	if (rc == FV_OK)
		slots->current ^= 1U;
	return rc;
}

enum fv_err
fv_slots_prepare(struct fv_slots *slots, struct fv_ratchet *next)
{
	next->gen = slots->now->gen + 1;
	return write_state(slots->fd, slots->current ^ 1U, next, FV_POINT_SEAL_HALF_NEXT);
}

enum fv_err
fv_slots_turn(struct fv_slots *slots, const struct fv_ratchet *next)
{
	const uint8_t zero[FV_SLOT_BYTES] = {0};
	enum fv_err rc;

	*slots->now = *next;
	rc = write_slot(slots->fd, slots->current, zero, FV_POINT_SEAL_HALF_ZERO);
	fv_failpoint(FV_POINT_SEAL_AFTER_ZERO);
	if (rc == FV_OK)
		rc = write_state(slots->fd, slots->current, next, FV_POINT_SEAL_HALF_AGAIN);
	return rc;
}

void
fv_slots_close(struct fv_slots *slots)
{
	if (slots->fd >= 0)
		close(slots->fd);
	fv_secret_free(slots->now);
	slots->fd = -1;
	slots->now = NULL;
	slots->current = 0;
}
