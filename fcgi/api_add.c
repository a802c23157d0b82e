/*
 * POST /api/v1/computations: {"position":1000,"radix":10,"algorithm":"auto"}.
 * Types are strict: "1000", 1.5 and true are not positions, and a member that
 * nobody knows is named instead of being ignored.
 */
#include "fcgi/asker.h"
#include "fcgi/form.h"
#include "fcgi/handlers.h"
#include "fcgi/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* A question. */
struct question {
    uint64_t position;
    int radix;
    enum algorithm algorithm;
};

/* What is wrong with a body. */
struct fault {
    int status;
    const char *field; /* or NULL; static storage or in the body */
    char detail[TEXT_SIZE];
};

static bool
fault(struct fault *f, int status, const char *field, enum text_key key)
{
    f->status = status;
    f->field = field;
    text_fill(f->detail, sizeof f->detail, text_get(key), NULL);
    return false;
}

static bool
fault_problem(struct fault *f, enum ask_problem problem, const struct limits *limits,
              const struct question *q)
{
    f->status = 422;
    f->field = form_problem_field(problem);
    form_problem(f->detail, problem, limits, q->radix, q->algorithm);
    return false;
}

/* Parses R's body into *OUT (a new reference). */
static bool
parse(const struct request *r, json_t **out, struct fault *f)
{
    json_error_t error;
    *out = json_loadb(r->body != NULL ? r->body : "", r->body_length,
                      JSON_REJECT_DUPLICATES, &error);
    if (*out != NULL && json_is_object(*out))
        return true;
    if (*out != NULL)
        return fault(f, 422, NULL, TEXT_JSON_OBJECT);
    switch (json_error_code(&error)) {
    case json_error_numeric_overflow:
        return fault(f, 422, "position", TEXT_JSON_TOO_LARGE);
    case json_error_duplicate_key:
        return fault(f, 400, NULL, TEXT_JSON_REPEATED);
    default:
        f->status = 400;
        f->field = NULL;
        text_fill(f->detail, sizeof f->detail, text_get(TEXT_JSON_BROKEN), "why",
                  error.text, NULL);
        return false;
    }
}

static bool
read_position(json_t *body, const struct limits *limits, struct question *q,
              struct fault *f)
{
    json_t *position = json_object_get(body, "position");
    if (position == NULL)
        return fault(f, 422, "position", TEXT_JSON_POSITION_MISSING);
    if (!json_is_integer(position))
        return fault(f, 422, "position", TEXT_JSON_POSITION);
    json_int_t value = json_integer_value(position);
    if (value < 0)
        return fault_problem(f, ASK_NEGATIVE, limits, q);
    q->position = (uint64_t)value;
    enum ask_problem problem = ask_check(limits, q->radix, q->position, q->algorithm);
    return problem == ASK_OK || fault_problem(f, problem, limits, q);
}

static bool
read_question(json_t *body, const struct limits *limits, struct question *q,
              struct fault *f)
{
    const char *name;
    json_t *value;
    json_object_foreach(body, name, value)
    {
        if (strcmp(name, "position") != 0 && strcmp(name, "radix") != 0 &&
            strcmp(name, "algorithm") != 0)
            return fault(f, 422, name, TEXT_JSON_UNKNOWN);
    }
    q->radix = 10;
    q->algorithm = ALGORITHM_AUTO;
    if ((value = json_object_get(body, "radix")) != NULL) {
        json_int_t radix = json_integer_value(value); /* 0 for other types */
        if (radix != 10 && radix != 16)
            return fault(f, 422, "radix", TEXT_JSON_RADIX);
        q->radix = (int)radix;
    }
    if ((value = json_object_get(body, "algorithm")) != NULL &&
        (!json_is_string(value) ||
         !algorithm_parse(json_string_value(value), &q->algorithm)))
        return fault(f, 422, "algorithm", TEXT_JSON_ALGORITHM);
    return read_position(body, limits, q, f);
}

/* Puts the question into the store and answers with its row. */
static void
add(struct context *ctx, const struct request *r, struct reply *reply,
    const struct question *q)
{
    struct asker asker;
    struct computation c;
    int64_t id;
    enum store_added added;
    asker_known_or_new(&asker, ctx->app, r);
    enum store_rc rc =
        store_add(ctx->store, q->radix, q->position, q->algorithm, &asker.store,
                  ctx->app->conf->queue_limit, &id, &added);
    if (rc == STORE_OK) {
        doorbell_ring(ctx->app->bell);
        rc = store_get(ctx->store, id, &c);
    }
    if (rc != STORE_OK) {
        reply_store_error(ctx, r, reply, rc);
        return;
    }
    json_t *answer = json_computation(&c);
    if (asker.token[0] != '\0')
        json_object_set_new(answer, "owner_token", json_string(asker.token));
    reply_header(reply, "Location", "/api/v1/computations/%" PRId64, id);
    json_send(reply, added == ADDED_NEW ? 201 : 200, answer);
}

void
api_add(struct context *ctx, struct request *r, struct reply *reply)
{
    json_t *body = NULL;
    struct question q;
    struct fault f;
    if (parse(r, &body, &f) && read_question(body, &ctx->app->conf->limits, &q, &f))
        add(ctx, r, reply, &q);
    else
        reply_error(ctx, r, reply, f.status, f.field, f.detail);
    json_decref(body);
}
