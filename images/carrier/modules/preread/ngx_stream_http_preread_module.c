/*
 * http_preread NAME;  looks at the client's first bytes without consuming them, and sets $http_preread_protocol to
 * "http1", "http2" (with prior knowledge) or "raw" (anything else).
 *
 * After HTTP or TLS from a client, the file "spoken-NAME-http" or "spoken-NAME-tls" exists in the working directory.
 *
 * None of Nginx's own modules does this, and njs cannot: the preread phase closes a connection whose client stays silent,
 * and in some protocols the server sends first.
 */
#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_stream.h>
#include "protocol.h"

/* After this silence the client is assumed to wait for the server's first message. */
#define SILENCE_MS 500
/*
 * If a client of this port has used HTTP, the server does not send first: a silent client has opened its connection
 * early.
 */
#define SILENCE_OF_HTTP_MS 15000

typedef struct {
    ngx_str_t  name;
    /* Protocols seen on this port, by this worker, so no lock is needed. */
    ngx_uint_t http;
    ngx_uint_t tls;
} srv_conf_t;

typedef struct {
    protocol_t  protocol;
    ngx_event_t silence;
} ctx_t;

static ngx_int_t add_variables(ngx_conf_t *cf);
static ngx_int_t init(ngx_conf_t *cf);
static void *create_srv_conf(ngx_conf_t *cf);

static ngx_str_t names[] = {
    [PROTOCOL_UNKNOWN] = ngx_null_string,
    [PROTOCOL_RAW] = ngx_string("raw"),
    [PROTOCOL_HTTP1] = ngx_string("http1"),
    [PROTOCOL_HTTP2] = ngx_string("http2")
};

static ngx_command_t commands[] = {
    { ngx_string("http_preread"), NGX_STREAM_SRV_CONF | NGX_CONF_TAKE1, ngx_conf_set_str_slot, NGX_STREAM_SRV_CONF_OFFSET,
      offsetof(srv_conf_t, name), NULL },
    ngx_null_command
};

static ngx_stream_module_t module = {
    add_variables, init, NULL, NULL, create_srv_conf, NULL
};

ngx_module_t ngx_stream_http_preread_module = {
    NGX_MODULE_V1, &module, commands, NGX_STREAM_MODULE, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NGX_MODULE_V1_PADDING
};

/* A handshake of SSL 3.0 or any TLS. */
static ngx_uint_t is_tls(ngx_buf_t *data)
{
    return data->last - data->pos > 2 && data->pos[0] == 0x16 && data->pos[1] == 0x03;
}

/* Once for each worker. */
static void note(ngx_uint_t *noted, ngx_str_t *name, const char *what)
{
    u_char file[128];
    ngx_fd_t fd;

    if (*noted) {
        return;
    }
    *noted = 1;
    ngx_snprintf(file, sizeof(file), "spoken-%V-%s%Z", name, what);
    fd = ngx_open_file(file, NGX_FILE_WRONLY, NGX_FILE_CREATE_OR_OPEN, NGX_FILE_DEFAULT_ACCESS);
    if (fd != NGX_INVALID_FILE) {
        (void) ngx_close_file(fd);
    }
}

/* The phase handler returned NGX_AGAIN: it is called again only without the connection's own timer. */
static void silent(ngx_event_t *event)
{
    ngx_stream_session_t *s = event->data;
    ctx_t *ctx = ngx_stream_get_module_ctx(s, ngx_stream_http_preread_module);

    ctx->protocol = PROTOCOL_RAW;
    if (s->connection->read->timer_set) {
        ngx_del_timer(s->connection->read);
    }
    ngx_stream_core_run_phases(s);
}

static void forget(void *data)
{
    ctx_t *ctx = data;

    if (ctx->silence.timer_set) {
        ngx_del_timer(&ctx->silence);
    }
}

static ctx_t *begin(ngx_stream_session_t *s, srv_conf_t *conf)
{
    ngx_connection_t *c = s->connection;
    ctx_t *ctx = ngx_pcalloc(c->pool, sizeof(ctx_t));
    ngx_pool_cleanup_t *cleanup = ngx_pool_cleanup_add(c->pool, 0);

    if (ctx == NULL || cleanup == NULL) {
        return NULL;
    }
    cleanup->handler = forget;
    cleanup->data = ctx;
    ctx->silence.handler = silent;
    ctx->silence.data = s;
    ctx->silence.log = c->log;
    ngx_add_timer(&ctx->silence, conf->http ? SILENCE_OF_HTTP_MS : SILENCE_MS);
    ngx_stream_set_ctx(s, ctx, ngx_stream_http_preread_module);
    return ctx;
}

static ngx_int_t handler(ngx_stream_session_t *s)
{
    ngx_connection_t *c = s->connection;
    srv_conf_t *conf = ngx_stream_get_module_srv_conf(s, ngx_stream_http_preread_module);
    ctx_t *ctx = ngx_stream_get_module_ctx(s, ngx_stream_http_preread_module);

    if (conf->name.len == 0 || c->type != SOCK_STREAM) {
        return NGX_DECLINED;
    }
    if (ctx == NULL) {
        ctx = begin(s, conf);
        if (ctx == NULL) {
            return NGX_ERROR;
        }
    }
    if (ctx->protocol != PROTOCOL_UNKNOWN) {
        return NGX_OK;
    }
    if (c->buffer == NULL || c->buffer->pos == c->buffer->last) {
        return NGX_AGAIN;
    }

    /* A client that has started to send gets more time. */
    forget(ctx);
    ctx->protocol = protocol_of(c->buffer->pos, c->buffer->last, c->buffer->last == c->buffer->end);
    if (ctx->protocol == PROTOCOL_UNKNOWN) {
        if (!c->read->pending_eof) {
            return NGX_AGAIN;
        }
        ctx->protocol = PROTOCOL_RAW;
    }
    if (ctx->protocol != PROTOCOL_RAW) {
        note(&conf->http, &conf->name, "http");
    } else if (is_tls(c->buffer)) {
        note(&conf->tls, &conf->name, "tls");
    }
    return NGX_OK;
}

static ngx_int_t variable(ngx_stream_session_t *s, ngx_stream_variable_value_t *v, uintptr_t data)
{
    ctx_t *ctx = ngx_stream_get_module_ctx(s, ngx_stream_http_preread_module);

    v->valid = ctx != NULL && ctx->protocol != PROTOCOL_UNKNOWN;
    v->not_found = !v->valid;
    v->no_cacheable = !v->valid;
    v->escape = 0;
    if (v->valid) {
        v->len = names[ctx->protocol].len;
        v->data = names[ctx->protocol].data;
    }
    return NGX_OK;
}

static ngx_int_t add_variables(ngx_conf_t *cf)
{
    ngx_str_t name = ngx_string("http_preread_protocol");
    ngx_stream_variable_t *added = ngx_stream_add_variable(cf, &name, 0);

    if (added == NULL) {
        return NGX_ERROR;
    }
    added->get_handler = variable;
    return NGX_OK;
}

static void *create_srv_conf(ngx_conf_t *cf)
{
    return ngx_pcalloc(cf->pool, sizeof(srv_conf_t));
}

static ngx_int_t init(ngx_conf_t *cf)
{
    ngx_stream_core_main_conf_t *core = ngx_stream_conf_get_module_main_conf(cf, ngx_stream_core_module);
    ngx_stream_handler_pt *added = ngx_array_push(&core->phases[NGX_STREAM_PREREAD_PHASE].handlers);

    if (added == NULL) {
        return NGX_ERROR;
    }
    *added = handler;
    return NGX_OK;
}
