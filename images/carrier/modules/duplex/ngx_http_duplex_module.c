/*
 * Makes Nginx's proxies pass everything through.
 *
 * Bodies in both directions at once, without a directive. If request bodies are not buffered, an app may answer before it
 * has read the whole body. proxy_pass stops waiting for a full socket of the app as soon as the response has begun. A body
 * that is longer than the sockets' buffers and is sent back while it arrives (an echo, a conversion) would then hang.
 * grpc_pass handles this; the module sets for proxy_pass what grpc_pass sets for itself.
 *
 * long_headers;  in an upstream: all headers of a response must fit into one buffer, which is as large as the limit
 * (proxy_buffer_size, grpc_buffer_size). Memory is taken by the page, so unused space costs none, but a mapping for each
 * request costs a third of all work: some mappings are kept for the next requests. Without buffering, the body uses the
 * same buffer, and a slow client would keep it full: after the headers the buffer is shortened.
 */
#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#define BODY_BUFFER 65536
/* Number of mappings kept for the next requests. Each has at most BODY_BUFFER of memory. */
#define KEPT 128

typedef struct {
    ngx_http_upstream_init_pt      init_upstream;
    ngx_http_upstream_init_peer_pt init_peer;
} srv_conf_t;

typedef struct {
    u_char              *start;
    size_t               size;
    ngx_http_upstream_t *upstream;
} mapping_t;

/* The mappings of this worker; all have one size. */
static u_char *kept[KEPT];
static ngx_uint_t kept_count;
static size_t kept_size;

static ngx_http_output_header_filter_pt next_header_filter;

static void *create_srv_conf(ngx_conf_t *cf);
static char *long_headers(ngx_conf_t *cf, ngx_command_t *command, void *conf);
static ngx_int_t init(ngx_conf_t *cf);
static ngx_int_t init_process(ngx_cycle_t *cycle);

static ngx_command_t commands[] = {
    { ngx_string("long_headers"), NGX_HTTP_UPS_CONF | NGX_CONF_NOARGS, long_headers, NGX_HTTP_SRV_CONF_OFFSET, 0, NULL },
    ngx_null_command
};

static ngx_http_module_t module = { NULL, init, NULL, NULL, create_srv_conf, NULL, NULL, NULL };

ngx_module_t ngx_http_duplex_module = {
    NGX_MODULE_V1, &module, commands, NGX_HTTP_MODULE, NULL, NULL, init_process, NULL, NULL, NULL, NULL,
    NGX_MODULE_V1_PADDING
};

/* An upgraded connection would get a buffer of the same size for the other direction. */
static ngx_int_t prepare_upgraded(ngx_http_request_t *r, ngx_http_upstream_t *u)
{
    ngx_buf_t *b = &u->from_client;

    if (b->start != NULL) {
        return NGX_OK;
    }
    b->start = ngx_palloc(r->pool, BODY_BUFFER);
    if (b->start == NULL) {
        return NGX_ERROR;
    }
    b->pos = b->start;
    b->last = b->start;
    b->end = b->start + BODY_BUFFER;
    b->temporary = 1;
    b->tag = u->output.tag;
    return NGX_OK;
}

static ngx_int_t header_filter(ngx_http_request_t *r)
{
    ngx_http_upstream_t *u = r->upstream;

    if (u != NULL && u->buffer.start != NULL) {
        if (u->buffer.end - u->buffer.start > BODY_BUFFER) {
            u->buffer.end = ngx_max(u->buffer.last, u->buffer.start + BODY_BUFFER);
        }
        if (u->upgrade && prepare_upgraded(r, u) != NGX_OK) {
            return NGX_ERROR;
        }
    }
    if (u != NULL && r->request_body_no_buffering) {
        u->conf->preserve_output = 1;
    }
    return next_header_filter(r);
}

static u_char *take(size_t size)
{
    void *start;

    if (kept_count > 0 && kept_size == size) {
        return kept[--kept_count];
    }
    start = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return start == MAP_FAILED ? NULL : start;
}

/* At the end of the request. A mapping that held long headers may have taken more memory than a kept one may have. */
static void give_back(void *data)
{
    mapping_t *mapping = data;
    ngx_buf_t *b = &mapping->upstream->buffer;

    if (kept_count == 0) {
        kept_size = mapping->size;
    }
    if (kept_count < KEPT && kept_size == mapping->size && b->end - b->start == BODY_BUFFER) {
        kept[kept_count++] = mapping->start;
    } else {
        (void) munmap(mapping->start, mapping->size);
    }
}

/* Nginx creates the buffer, with the two lists, only if there is none yet. */
static ngx_int_t init_peer(ngx_http_request_t *r, ngx_http_upstream_srv_conf_t *us)
{
    srv_conf_t *conf = ngx_http_conf_upstream_srv_conf(us, ngx_http_duplex_module);
    ngx_http_upstream_t *u = r->upstream;
    ngx_pool_cleanup_t *cleanup;
    mapping_t *mapping;

    if (u->buffer.start == NULL && u->conf->buffer_size > BODY_BUFFER) {
        cleanup = ngx_pool_cleanup_add(r->pool, sizeof(mapping_t));
        if (cleanup == NULL) {
            return NGX_ERROR;
        }
        mapping = cleanup->data;
        mapping->size = u->conf->buffer_size;
        mapping->upstream = u;
        mapping->start = take(mapping->size);
        if (mapping->start == NULL) {
            return NGX_ERROR;
        }
        cleanup->handler = give_back;

        u->buffer.start = mapping->start;
        u->buffer.pos = mapping->start;
        u->buffer.last = mapping->start;
        u->buffer.end = mapping->start + mapping->size;
        u->buffer.temporary = 1;
        u->buffer.tag = u->output.tag;
        if (ngx_list_init(&u->headers_in.headers, r->pool, 8, sizeof(ngx_table_elt_t)) != NGX_OK
            || ngx_list_init(&u->headers_in.trailers, r->pool, 2, sizeof(ngx_table_elt_t)) != NGX_OK)
        {
            return NGX_ERROR;
        }
    }
    return conf->init_peer(r, us);
}

static ngx_int_t init_upstream(ngx_conf_t *cf, ngx_http_upstream_srv_conf_t *us)
{
    srv_conf_t *conf = ngx_http_conf_upstream_srv_conf(us, ngx_http_duplex_module);

    if (conf->init_upstream(cf, us) != NGX_OK) {
        return NGX_ERROR;
    }
    conf->init_peer = us->peer.init;
    us->peer.init = init_peer;
    return NGX_OK;
}

static char *long_headers(ngx_conf_t *cf, ngx_command_t *command, void *data)
{
    srv_conf_t *conf = data;
    ngx_http_upstream_srv_conf_t *us = ngx_http_conf_get_module_srv_conf(cf, ngx_http_upstream_module);

    if (conf->init_upstream != NULL) {
        return "is duplicate";
    }
    conf->init_upstream = us->peer.init_upstream ? us->peer.init_upstream : ngx_http_upstream_init_round_robin;
    us->peer.init_upstream = init_upstream;
    return NGX_CONF_OK;
}

static void *create_srv_conf(ngx_conf_t *cf)
{
    return ngx_pcalloc(cf->pool, sizeof(srv_conf_t));
}

static ngx_int_t init(ngx_conf_t *cf)
{
    next_header_filter = ngx_http_top_header_filter;
    ngx_http_top_header_filter = header_filter;
    return NGX_OK;
}

static ngx_int_t init_process(ngx_cycle_t *cycle)
{
#ifdef PR_SET_THP_DISABLE
    /*
     * Otherwise the kernel might use 2 MB for the first byte. If it does not support this call, it has no huge pages.
     */
    (void) prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
#endif
    return NGX_OK;
}
