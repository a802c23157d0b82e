/*
 * A question in JSON. Types are strict: "1000", 1.5 and true are not positions, and
 * a member that nobody knows is named instead of being ignored.
 */
#include "fcgi/question.h"

#include "fcgi/form.h"

#include <jansson.h>
#include <string.h>

/* Names the field at fault; a longer name is cut between two characters. */
static void
set_field(struct fault *f, const char *field)
{
    size_t length = strlen(field);
    if (length >= sizeof f->field) {
        length = sizeof f->field - 1;
        while (length > 0 && ((unsigned char)field[length] & 0xc0) == 0x80)
            length--;
    }
    memcpy(f->field, field, length);
    f->field[length] = '\0';
}

static bool
fault(struct fault *f, int status, const char *field, enum text_key key)
{
    f->status = status;
    set_field(f, field);
    text_fill(f->detail, sizeof f->detail, text_get(f->lang, key), NULL);
    return false;
}

static bool
fault_problem(struct fault *f, enum ask_problem problem, const struct limits *limits,
              const struct question *q)
{
    f->status = 422;
    set_field(f, form_problem_field(problem));
    form_problem(f->detail, f->lang, problem, limits, q->radix, q->algorithm);
    return false;
}

/* Why TEXT is not JSON, in jansson's words. It quotes what it stumbled over, and may
 * cut that within a character: what could not be sent is left out then. */
static void
explain(struct fault *f, json_error_t *error)
{
    json_t *string = json_string(error->text);
    char *quoted = strstr(error->text, " near ");
    if (string == NULL && quoted != NULL)
        *quoted = '\0';
    json_decref(string);
    f->status = 400;
    set_field(f, "");
    text_fill(f->detail, sizeof f->detail, text_get(f->lang, TEXT_JSON_BROKEN), "why",
              error->text, NULL);
}

/* Parses TEXT into *OUT (a new reference). */
static bool
parse(const char *text, size_t length, json_t **out, struct fault *f)
{
    json_error_t error;
    *out = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
    if (*out != NULL && json_is_object(*out))
        return true;
    if (*out != NULL)
        return fault(f, 422, "", TEXT_JSON_OBJECT);
    switch (json_error_code(&error)) {
    case json_error_numeric_overflow:
        return fault(f, 422, "position", TEXT_JSON_TOO_LARGE);
    case json_error_duplicate_key:
        return fault(f, 400, "", TEXT_JSON_REPEATED);
    default:
        explain(f, &error);
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
read_members(json_t *body, const struct limits *limits, struct question *q,
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

bool
question_read(enum lang lang, const char *text, size_t length,
              const struct limits *limits, struct question *q, struct fault *f)
{
    f->lang = lang;
    json_t *body = NULL;
    bool valid = parse(text, length, &body, f) && read_members(body, limits, q, f);
    json_decref(body);
    return valid;
}
