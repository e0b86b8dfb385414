/*
 * Without a directive: what Nginx's proxies do not do by themselves where everything has to pass.
 *
 * Bodies both ways at once. Where request bodies are not buffered, an app may answer before it has read all of one.
 * proxy_pass stops to wait for a full socket of the app as soon as the answer has begun, so that a body which is longer
 * than the sockets' buffers and comes back as it goes (an echo, a conversion) stands still for ever. grpc_pass knows
 * better; what it sets for itself is set for proxy_pass here.
 *
 * Long headers, small memory. All headers of an answer have to fit into one buffer, which is as large as the longest may
 * be. Where nothing is buffered the body goes through the same one, and a slow client would keep it full: after the
 * headers it ends early. Memory is taken by the page, so an unused end costs none, unless the kernel takes huge pages.
 */
#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>
#include <sys/prctl.h>

#define BODY_BUFFER 65536

static ngx_http_output_header_filter_pt next_header_filter;

/* The other direction of a connection that was upgraded would get a buffer of the same size. */
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

static ngx_int_t init(ngx_conf_t *cf)
{
    next_header_filter = ngx_http_top_header_filter;
    ngx_http_top_header_filter = header_filter;
    return NGX_OK;
}

static ngx_int_t init_process(ngx_cycle_t *cycle)
{
#ifdef PR_SET_THP_DISABLE
    /* Kernels that cannot have none to turn off. */
    (void) prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
#endif
    return NGX_OK;
}

static ngx_http_module_t module = { NULL, init, NULL, NULL, NULL, NULL, NULL, NULL };

ngx_module_t ngx_http_duplex_module = {
    NGX_MODULE_V1, &module, NULL, NGX_HTTP_MODULE, NULL, NULL, init_process, NULL, NULL, NULL, NULL, NGX_MODULE_V1_PADDING
};
