/*
 * Watching a worker, see watch.h.
 */
#include "daemon/watch.h"

/* Seconds since the last look. */
static double
step(struct watch *w, int64_t now)
{
    double passed = w->at > 0 ? (double)(now - w->at) / 1e6 : 0;

    w->at = now;
    return passed < 0 ? 0 : passed > WATCH_STEP_S ? WATCH_STEP_S : passed;
}

enum watch_verdict
watch_look(struct watch *w, const struct watch_sign *sign,
           const struct watch_limits *limits)
{
    double passed = step(w, sign->now);
    double loop_s = WATCH_LOOP_SHARE * limits->estimate_s;

    if (loop_s < WATCH_LOOP_STALLS * limits->stall_s) {
        loop_s = WATCH_LOOP_STALLS * limits->stall_s;
    }
    w->ran_s += passed;
    w->silent_s += passed;
    if (sign->heard != w->heard) {
        w->heard = sign->heard;
        w->spoken_cpu = w->cpu_s = sign->cpu_s;
        w->silent_s = 0;
    } else if (sign->held || sign->cpu_s - w->cpu_s > WATCH_IDLE_CPU_S) {
        w->cpu_s = sign->cpu_s;
        w->silent_s = 0;
    }
    if (limits->memory > 0 && sign->resident > limits->memory) {
        return WATCH_MEMORY;
    }
    if (limits->left_s > 0 && w->ran_s > limits->left_s) {
        return WATCH_TIME;
    }
    if (w->silent_s > limits->stall_s) {
        return WATCH_SILENT;
    }
    return sign->cpu_s - w->spoken_cpu > loop_s ? WATCH_LOOPS : WATCH_GOOD;
}
