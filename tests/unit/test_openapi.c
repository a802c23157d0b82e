/*
 * openapi.json has every endpoint for programs that the router has, and no other, with
 * the very query parameters that it takes. (What they answer is held against the
 * description by http/openapi.test.mjs.)
 */
#include "config.h"

#include "cmocka_all.h"

#include "fcgi/router.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

static int
load(void **state)
{
    json_error_t error;
    *state = json_load_file(TEST_OPENAPI, JSON_REJECT_DUPLICATES, &error);
    if (!*state)
        fprintf(stderr, "%s:%d: %s\n", TEST_OPENAPI, error.line, error.text);
    return *state ? 0 : -1;
}

static int
unload(void **state)
{
    json_decref(*state);
    return 0;
}

/* What is for programs, and /search, which is for them as well. The polls are the
 * pages' own, and the metrics are no part of the interface. */
static bool
is_described(const struct route *route)
{
    if (strcmp(route->path, "/updates") == 0 || strcmp(route->path, "/metrics") == 0)
        return false;
    return route->reader != READER_PERSON || strcmp(route->path, "/search") == 0;
}

/* A path of the router as the description writes it. */
static void
describe_path(const char *path, char out[100])
{
    size_t used = 0;
    while (*path != '\0') {
        const char *part = NULL;
        if (strncmp(path, "ID", 2) == 0)
            part = "{id}", path += 2;
        else if (*path == 'N')
            part = "{n}", path++;
        used += (size_t)snprintf(out + used, 100 - used, part ? "%s" : "%.1s",
                                 part ? part : path);
        path += part == NULL;
    }
}

static json_t *
operation_of(json_t *document, const struct route *route)
{
    char path[100];
    describe_path(route->path, path);
    json_t *item = json_object_get(json_object_get(document, "paths"), path);
    return json_object_get(item, route->methods == HTTP_GET    ? "get"
                                 : route->methods == HTTP_POST ? "post"
                                                               : "delete");
}

static void
every_endpoint_is_described(void **state)
{
    size_t routes_found = 0, described = 0;
    for (const struct route *route = routes; route->path; route++) {
        if (!is_described(route))
            continue;
        routes_found++;
        if (!operation_of(*state, route))
            fail_msg("%s (%s) is not in openapi.json", route->path, route->name);
    }
    json_t *item, *operation;
    const char *path, *method;
    json_object_foreach(json_object_get(*state, "paths"), path, item)
    {
        json_object_foreach(item, method, operation)
        {
            described += strcmp(method, "parameters") != 0;
        }
    }
    assert_int_equal(described, routes_found);
}

/* PARAMETER itself, or what it refers to. */
static json_t *
resolve(json_t *document, json_t *parameter)
{
    static const char prefix[] = "#/components/parameters/";
    const char *reference = json_string_value(json_object_get(parameter, "$ref"));
    if (reference == NULL)
        return parameter;
    assert_int_equal(strncmp(reference, prefix, sizeof prefix - 1), 0);
    json_t *all =
        json_object_get(json_object_get(document, "components"), "parameters");
    return json_object_get(all, reference + sizeof prefix - 1);
}

/* True when ROUTE takes the query parameter NAME: it then refuses it twice. */
static bool
takes(const struct route *route, const char *name)
{
    char detail[TEXT_SIZE], field[40], empty[] = "";
    struct request r = {.field_count = 2};
    snprintf(field, sizeof field, "%s", name);
    r.fields[0] = r.fields[1] = (struct field){field, empty};
    return router_params(&r, route, detail) != NULL;
}

static int
count_bits(unsigned bits)
{
    int n = 0;
    for (; bits != 0; bits &= bits - 1)
        n++;
    return n;
}

static void
every_parameter_is_described(void **state)
{
    for (const struct route *route = routes; route->path; route++) {
        unsigned params = route->params;
        /* The form of the page has fields for dates. */
        if (strcmp(route->path, "/search") == 0)
            params &= PARAM_QUERY | PARAM_RADIX | PARAM_BEYOND;
        /* /v1/pi reads its query itself. */
        if (!is_described(route) || strcmp(route->path, "/v1/pi") == 0)
            continue;
        json_t *list = json_object_get(operation_of(*state, route), "parameters");
        json_t *item;
        size_t i;
        int count = 0;
        json_array_foreach(list, i, item)
        {
            json_t *parameter = resolve(*state, item);
            const char *name = json_string_value(json_object_get(parameter, "name"));
            const char *where = json_string_value(json_object_get(parameter, "in"));
            assert_non_null(name);
            if (strcmp(where, "query") != 0)
                continue;
            count++;
            if (!takes(route, name))
                fail_msg("%s does not take %s", route->path, name);
        }
        if (count != count_bits(params))
            fail_msg("%s takes other parameters than described", route->path);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_endpoint_is_described),
        cmocka_unit_test(every_parameter_is_described),
    };
    return cmocka_run_group_tests_name("openapi", tests, load, unload);
}
