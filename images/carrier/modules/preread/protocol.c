#include <stddef.h>
#include <string.h>
#include "protocol.h"

static size_t smaller(size_t one, size_t other)
{
    return one < other ? one : other;
}

protocol_t protocol_of(const unsigned char *at, const unsigned char *last, int full)
{
    static const char preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    const unsigned char *first = at, *end;
    size_t size = smaller((size_t) (last - at), sizeof(preface) - 1);
    /* A longer first line is decided by its beginning. */
    protocol_t unfinished = full ? PROTOCOL_HTTP1 : PROTOCOL_UNKNOWN;

    if (memcmp(at, preface, size) == 0) {
        return size == sizeof(preface) - 1 ? PROTOCOL_HTTP2 : PROTOCOL_UNKNOWN;
    }

    /* A method and a target as Nginx's own parser takes them; what it would refuse (CONNECT, "*") is raw. */
    while (at < last && ((*at >= 'A' && *at <= 'Z') || *at == '-' || *at == '_')) {
        at++;
    }
    if (at == last) {
        return full ? PROTOCOL_RAW : PROTOCOL_UNKNOWN;
    }
    if (at == first || *at != ' ') {
        return PROTOCOL_RAW;
    }
    if (++at == last) {
        return unfinished;
    }
    if (*at != '/') {
        while (at < last && (*at | 0x20) >= 'a' && (*at | 0x20) <= 'z') {
            at++;
        }
        size = smaller((size_t) (last - at), 3);
        if (memcmp(at, "://", size) != 0) {
            return PROTOCOL_RAW;
        }
    }

    end = memchr(at, '\n', (size_t) (last - at));
    if (end == NULL) {
        return unfinished;
    }
    if (end > at && end[-1] == '\r') {
        end--;
    }
    size = sizeof(" HTTP/1.1") - 1;
    if ((size_t) (end - at) < size || memcmp(end - size, " HTTP/1.", size - 1) != 0) {
        return PROTOCOL_RAW;
    }
    return PROTOCOL_HTTP1;
}
