#ifndef PROTOCOL_H
#define PROTOCOL_H

typedef enum {
    PROTOCOL_UNKNOWN, /* More has to come. */
    PROTOCOL_RAW,
    PROTOCOL_HTTP1,
    PROTOCOL_HTTP2 /* With prior knowledge. */
} protocol_t;

/*
 * What a client speaks, by the first bytes that it has sent, from `at` up to `last`. `full`: no more of them will be seen.
 * It knows nothing of Nginx, so that protocol_test.c can try it alone.
 */
protocol_t protocol_of(const unsigned char *at, const unsigned char *last, int full);

#endif
