/*
 * protocol_test SECONDS [SEED]  tries protocol_of: a table of what is known, then changes of it for so long.
 *
 * Built with the sanitizers, and each input stands in memory of just its size: whoever reads too far is caught. What is
 * said of a beginning has to stay true whatever comes behind it, or how TCP cuts a stream would decide what it is.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "protocol.h"

/* Of a known text and a few pieces. */
#define LONGEST 256

static const struct {
    const char *text;
    int         full;
    protocol_t  is;
} known[] = {
    { "", 0, PROTOCOL_UNKNOWN },
    { "GET", 0, PROTOCOL_UNKNOWN },
    { "GET ", 0, PROTOCOL_UNKNOWN },
    { "GET /a", 0, PROTOCOL_UNKNOWN },
    { "GET /a", 1, PROTOCOL_HTTP1 },
    { "GET / HTTP/1.1\r\n", 0, PROTOCOL_HTTP1 },
    { "GET / HTTP/1.0\n", 0, PROTOCOL_HTTP1 },
    { "M-SEARCH / HTTP/1.1\r\n", 0, PROTOCOL_HTTP1 },
    { "GET http://web/ HTTP/1.1\r\n", 0, PROTOCOL_HTTP1 },
    { "GET ht", 0, PROTOCOL_UNKNOWN },
    { "GET http:/", 0, PROTOCOL_UNKNOWN },
    { "GET http:x", 0, PROTOCOL_RAW },
    { "GET /\r\n", 0, PROTOCOL_RAW },
    { "GET / HTTP/2.0\r\n", 0, PROTOCOL_RAW },
    { "OPTIONS * HTTP/1.1\r\n", 0, PROTOCOL_RAW },
    { "CONNECT web:80 HTTP/1.1\r\n", 0, PROTOCOL_RAW },
    { "GET\r\n", 0, PROTOCOL_RAW },
    { " GET / HTTP/1.1\r\n", 0, PROTOCOL_RAW },
    { " / HTTP/1.1\r\n", 0, PROTOCOL_RAW },
    { "get / HTTP/1.1\r\n", 0, PROTOCOL_RAW },
    { "PING", 0, PROTOCOL_UNKNOWN },
    { "PING", 1, PROTOCOL_RAW },
    { "PING\r\n", 0, PROTOCOL_RAW },
    { "PRI * HTTP/2.0\r\n\r\nSM\r\n", 0, PROTOCOL_UNKNOWN },
    { "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 0, PROTOCOL_HTTP2 },
    { "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nmore", 0, PROTOCOL_HTTP2 },
    { "PRI / HTTP/1.1\r\n", 0, PROTOCOL_HTTP1 },
    { "\x16\x03\x01", 0, PROTOCOL_RAW },
    { "SSH-2.0-OpenSSH_9.9\r\n", 0, PROTOCOL_RAW }
};

/* What input is made of. */
static const char *pieces[] = {
    "GET", "POST", "M-SEARCH", "PRI", " ", "/", "*", "http", "://", "web", ":80", "?a=b", " HTTP/1.", " HTTP/2.", "0", "1",
    "\r", "\n", "\r\n", "PRI * HTTP/2.0", "\r\n\r\nSM", "SM\r\n\r\n", "\x16\x03\x01", "\xff", "_"
};

static unsigned long long state;

/* xorshift64: the same seed makes the same inputs. */
static size_t below(size_t limit)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (size_t) (state % limit);
}

static protocol_t try(const unsigned char *text, size_t size, int full)
{
    unsigned char *copy = malloc(size);
    protocol_t found;

    if (size > 0) {
        memcpy(copy, text, size);
    }
    found = protocol_of(copy, copy + size, full);
    free(copy);
    return found;
}

static size_t insert(unsigned char *text, size_t size, const char *piece)
{
    size_t length = strlen(piece), at = below(size + 1);

    memmove(text + at + length, text + at, size - at);
    memcpy(text + at, piece, length);
    return size + length;
}

/* Something known, changed in a few places. */
static size_t make(unsigned char *text)
{
    const char *start = known[below(sizeof(known) / sizeof(*known))].text;
    size_t size = strlen(start), i;

    memcpy(text, start, size);
    for (i = below(6); i > 0; i--) {
        switch (below(4)) {
        case 0:
            if (size > 0) {
                text[below(size)] = (unsigned char) below(256);
            }
            break;
        case 1:
            size = below(size + 1);
            break;
        default:
            size = insert(text, size, pieces[below(sizeof(pieces) / sizeof(*pieces))]);
        }
    }
    return size;
}

static void fail(const char *what, const unsigned char *text, size_t size)
{
    size_t i;

    printf("%s: \"", what);
    for (i = 0; i < size; i++) {
        printf(text[i] >= ' ' && text[i] < 127 ? "%c" : "\\x%02x", text[i]);
    }
    printf("\"\n");
    exit(1);
}

static void check_table(void)
{
    size_t i;

    for (i = 0; i < sizeof(known) / sizeof(*known); i++) {
        const unsigned char *text = (const unsigned char *) known[i].text;

        if (try(text, strlen(known[i].text), known[i].full) != known[i].is) {
            fail("not what is known", text, strlen(known[i].text));
        }
    }
}

static void check_beginnings(const unsigned char *text, size_t size)
{
    protocol_t before = PROTOCOL_UNKNOWN, now;
    size_t length;

    for (length = 0; length <= size; length++) {
        now = try(text, length, 0);
        if (before != PROTOCOL_UNKNOWN && now != before) {
            fail("the next byte changes what was decided", text, length);
        }
        /* Nginx's buffer is longer than HTTP/2's first bytes. */
        if (length >= 24 && try(text, length, 1) == PROTOCOL_UNKNOWN) {
            fail("undecided for ever", text, length);
        }
        if (now != PROTOCOL_UNKNOWN && try(text, length, 1) != now) {
            fail("a full buffer changes what was decided", text, length);
        }
        before = now;
    }
}

int main(int argc, char **argv)
{
    unsigned char text[LONGEST];
    time_t end = time(NULL) + (argc > 1 ? atoi(argv[1]) : 2);
    unsigned long long seed = argc > 2 ? strtoull(argv[2], NULL, 10) : (unsigned long long) time(NULL);
    unsigned long count = 0, kinds[4] = { 0 };

    check_table();
    state = seed * 2654435761u + 1;
    printf("seed %llu\n", seed);
    fflush(stdout);
    do {
        size_t size = make(text);

        check_beginnings(text, size);
        kinds[try(text, size, 0)]++;
        count++;
    } while (time(NULL) < end);
    printf("%lu inputs: %lu undecided, %lu raw, %lu http1, %lu http2\n", count, kinds[0], kinds[1], kinds[2], kinds[3]);
    /* Else the inputs would be too simple. */
    return kinds[0] && kinds[1] && kinds[2] && kinds[3] ? 0 : 1;
}
