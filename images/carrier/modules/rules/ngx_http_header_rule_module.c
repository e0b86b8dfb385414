/*
 * header_rule $variable name regex;  sets the variable to "1" if the regular expression matches one of the request's
 * headers of that name, else to "0". Empty headers match nothing. The name is in lower case, with _ for every dash.
 *
 * A map of $http_name cannot do this: it joins a header that is sent several times into one text, which "^alice$" does
 * not match.
 */
#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

typedef struct {
    ngx_str_t    name;
    ngx_regex_t *regex;
} rule_t;

static char *header_rule(ngx_conf_t *cf, ngx_command_t *command, void *conf);

static ngx_command_t commands[] = {
    { ngx_string("header_rule"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE3, header_rule, 0, 0, NULL },
    ngx_null_command
};

static ngx_http_module_t module = { NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL };

ngx_module_t ngx_http_header_rule_module = {
    NGX_MODULE_V1, &module, commands, NGX_HTTP_MODULE, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NGX_MODULE_V1_PADDING
};

static ngx_int_t is_named(ngx_table_elt_t *header, ngx_str_t *name)
{
    size_t i;

    if (header->key.len != name->len) {
        return 0;
    }
    for (i = 0; i < name->len; i++) {
        u_char c = ngx_tolower(header->key.data[i]);
        if ((c == '-' ? '_' : c) != name->data[i]) {
            return 0;
        }
    }
    return 1;
}

static ngx_int_t evaluate(ngx_http_request_t *r, ngx_http_variable_value_t *v, uintptr_t data)
{
    rule_t *rule = (rule_t *) data;
    ngx_list_part_t *part;
    ngx_table_elt_t *header;
    ngx_uint_t i;

    v->len = 1;
    v->data = (u_char *) "0";
    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;

    for (part = &r->headers_in.headers.part; part != NULL; part = part->next) {
        header = part->elts;
        for (i = 0; i < part->nelts; i++) {
            /* Below 0: no match, or the limits were reached. */
            if (header[i].value.len && is_named(&header[i], &rule->name)
                && ngx_regex_exec(rule->regex, &header[i].value, NULL, 0) >= 0)
            {
                v->data = (u_char *) "1";
                return NGX_OK;
            }
        }
    }
    return NGX_OK;
}

static char *header_rule(ngx_conf_t *cf, ngx_command_t *command, void *conf)
{
    ngx_str_t *value = cf->args->elts;
    u_char errstr[NGX_MAX_CONF_ERRSTR];
    ngx_regex_compile_t compile;
    ngx_http_variable_t *variable;
    rule_t *rule = ngx_palloc(cf->pool, sizeof(rule_t));

    if (rule == NULL) {
        return NGX_CONF_ERROR;
    }
    if (value[1].len < 2 || value[1].data[0] != '$') {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "invalid variable name \"%V\"", &value[1]);
        return NGX_CONF_ERROR;
    }
    value[1].len--;
    value[1].data++;

    ngx_memzero(&compile, sizeof(ngx_regex_compile_t));
    compile.pattern = value[3];
    compile.pool = cf->pool;
    compile.err.len = NGX_MAX_CONF_ERRSTR;
    compile.err.data = errstr;
    if (ngx_regex_compile(&compile) != NGX_OK) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "%V", &compile.err);
        return NGX_CONF_ERROR;
    }
    rule->name = value[2];
    rule->regex = compile.regex;

    variable = ngx_http_add_variable(cf, &value[1], 0);
    if (variable == NULL) {
        return NGX_CONF_ERROR;
    }
    variable->get_handler = evaluate;
    variable->data = (uintptr_t) rule;
    return NGX_CONF_OK;
}
