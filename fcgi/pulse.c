/*
 * The state is kept by the process and looked after by whoever comes first after
 * PULSE_LOOK_MS: a request thread, or the notifier, which wakes four times a second
 * while anybody waits. The others go by what is known meanwhile. Its words are those
 * of one request from its beginning to its end (struct context), so that a page that
 * is kept says what its key says.
 */
#include "config.h"

#include "fcgi/pulse.h"

#include "fcgi/request.h"
#include "fcgi/view.h"

#include <stdlib.h>
#include <time.h>

enum { HOUR = 60, DAY = 24 * HOUR };

int
pulse_state(double age_s)
{
    if (age_s < 0)
        return PULSE_NEVER;
    if (age_s <= PULSE_OLD_S)
        return 0;
    if (age_s < 120)
        return 1;
    if (age_s > 1e9)
        age_s = 1e9;
    int minutes = (int)(age_s / 60);
    if (minutes < HOUR)
        return minutes;
    return minutes < 2 * DAY ? minutes / HOUR * HOUR : minutes / DAY * DAY;
}

/* What cannot be read now says nothing of daemons: the state stays. */
static void
look(struct context *ctx)
{
    double age_s;
    enum store_rc rc = store_heartbeat_age(ctx->store, &age_s);
    if (rc == STORE_OK || rc == STORE_NOT_FOUND)
        pulse_note(ctx, age_s);
}

int
pulse_look(struct context *ctx)
{
    struct pulse *pulse = &ctx->app->pulse;
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    long long now = (long long)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
    long long due = atomic_load(&pulse->due_ms);
    if (now >= due &&
        atomic_compare_exchange_strong(&pulse->due_ms, &due, now + PULSE_LOOK_MS))
        look(ctx);
    return atomic_load(&pulse->state);
}

void
pulse_note(struct context *ctx, double age_s)
{
    atomic_store(&ctx->app->pulse.state, pulse_state(age_s));
}

const char *
pulse_text(enum lang lang, int state, char out[TEXT_SIZE])
{
    char number[TEXT_NUMBER_SIZE];
    enum text_key key = state >= 2 * DAY ? TEXT_ABSENT_DAYS
                        : state >= HOUR  ? TEXT_ABSENT_HOURS
                                         : TEXT_ABSENT_MINUTES;
    int unit = state >= 2 * DAY ? DAY : state >= HOUR ? HOUR : 1;
    uint64_t n = (uint64_t)(state / unit);
    out[0] = '\0';
    if (state == 0)
        return out;
    if (state == PULSE_NEVER)
        return text_fill(out, TEXT_SIZE, text_get(lang, TEXT_ABSENT_EVER), NULL);
    return text_fill(out, TEXT_SIZE, text_plural(lang, key, n), "n",
                     text_number(lang, number, n), NULL);
}

void
pulse_show(const struct context *ctx, struct dict *page, bool concerns)
{
    char text[TEXT_SIZE];
    struct dict *d = dict_include(page, VIEW_ABSENT, "absent.tpl");
    int state = concerns ? ctx->absent : 0;
    dict_set_int(d, VIEW_VALUE, state);
    dict_set(d, VIEW_MESSAGE, pulse_text(ctx->lang, state, text));
    if (state == 0)
        dict_section(d, VIEW_NOTHING);
}

bool
pulse_moved(const struct context *ctx, const struct wait *wait)
{
    return wait->asks_absent && wait->absent != ctx->absent;
}

void
pulse_ask(const struct request *r, struct wait *wait)
{
    wait->asks_absent = (r->has & PARAM_ABSENT) != 0;
    wait->absent = wait->asks_absent ? r->absent : 0;
}

void
pulse_tell(const struct context *ctx, const struct wait *wait, json_t *answer,
           bool concerns)
{
    char text[TEXT_SIZE];
    int state = concerns ? ctx->absent : 0;
    if (!wait->asks_absent)
        return;
    json_object_set_new(answer, "absent", json_integer(state));
    json_object_set_new(answer, "notice",
                        json_string(pulse_text(ctx->lang, state, text)));
}
