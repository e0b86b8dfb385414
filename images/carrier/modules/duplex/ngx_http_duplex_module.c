/*
 * Without a directive: where request bodies are not buffered, an app may answer before it has read all of one.
 *
 * proxy_pass stops to wait for a full socket of the app as soon as the answer has begun, so that a body which is longer
 * than the sockets' buffers and comes back as it goes (an echo, a conversion) stands still for ever. grpc_pass knows
 * better; what it sets for itself is set for proxy_pass here.
 */
#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

static ngx_http_output_header_filter_pt next_header_filter;

static ngx_int_t header_filter(ngx_http_request_t *r)
{
    if (r->upstream != NULL && r->request_body_no_buffering) {
        r->upstream->conf->preserve_output = 1;
    }
    return next_header_filter(r);
}

static ngx_int_t init(ngx_conf_t *cf)
{
    next_header_filter = ngx_http_top_header_filter;
    ngx_http_top_header_filter = header_filter;
    return NGX_OK;
}

static ngx_http_module_t module = { NULL, init, NULL, NULL, NULL, NULL, NULL, NULL };

ngx_module_t ngx_http_duplex_module = {
    NGX_MODULE_V1, &module, NULL, NGX_HTTP_MODULE, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NGX_MODULE_V1_PADDING
};
