#include "sync-server/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

/* "HOST:PORT", "[::1]:PORT" -> an address to bind. */
static enum fv_err
parse_address(const char *text, struct sockaddr_storage *out, socklen_t *len_out)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
	    .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE};
	const char *colon = strrchr(text, ':');
	struct addrinfo *found = NULL;
	char host[128];
	size_t len;

	if (colon == NULL || colon == text || (len = (size_t)(colon - text)) >= sizeof host)
		return FV_EFORMAT;
	memcpy(host, text, len);
	host[len] = '\0';
	if (host[0] == '[' && host[len - 1] == ']') {
		memmove(host, host + 1, len - 2);
		host[len - 2] = '\0';
	}
	if (getaddrinfo(strcmp(host, "localhost") == 0 ? "127.0.0.1" : host, colon + 1, &hints,
		&found) != 0)
		return FV_EFORMAT;
	memcpy(out, found->ai_addr, found->ai_addrlen);
	*len_out = found->ai_addrlen;
	freeaddrinfo(found);
	return FV_OK;
}

enum fv_err
fv_address_bind(const char *text, int *fd_out, uint16_t *port_out)
{
	struct sockaddr_storage address;
	const int yes = 1;
	socklen_t len;
	enum fv_err rc;
	int fd;

	*fd_out = -1;
	if ((rc = parse_address(text, &address, &len)) != FV_OK)
		return rc;
	if ((fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) <
	    0)
		return FV_EIO;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
	if (bind(fd, (const struct sockaddr *)&address, len) != 0 || listen(fd, 512) != 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &len) != 0) {
		rc = errno == EADDRINUSE ? FV_EBUSY : FV_EIO;
		close(fd);
		return rc;
	}
	*port_out = ntohs(address.ss_family == AF_INET6
		? ((const struct sockaddr_in6 *)&address)->sin6_port
		: ((const struct sockaddr_in *)&address)->sin_port);
	*fd_out = fd;
	return FV_OK;
}

bool
fv_address_is_loopback(const struct sockaddr *address)
{
	if (address->sa_family == AF_INET)
		return ntohl(((const struct sockaddr_in *)(const void *)address)
				 ->sin_addr.s_addr) >>
		    24 ==
		    127;
	return address->sa_family == AF_INET6 &&
	    IN6_IS_ADDR_LOOPBACK(
		&((const struct sockaddr_in6 *)(const void *)address)->sin6_addr);
}

bool
fv_address_text_is_loopback(const char *text)
{
	struct sockaddr_storage address;
	socklen_t len;

	return parse_address(text, &address, &len) == FV_OK &&
	    fv_address_is_loopback((const struct sockaddr *)&address);
}
