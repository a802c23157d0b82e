/*
 * Slots and budgets, see plan.h. What can never fit is told apart from what
 * does not fit now, so that no row waits for ever: the whole machine is held
 * against the need first, then what is free of it.
 */
#include "daemon/plan.h"

/* Share of a run from which on its speed so far says all. */
#define SPEED_FROM 0.05

bool
plan_small(const struct plan_need *need)
{
    return need->seconds < PLAN_EXPRESS_S;
}

uint64_t
plan_disk_needed(uint64_t disk)
{
    return disk > UINT64_MAX / 3 ? UINT64_MAX : 3 * disk;
}

/* The slot for NEED: a small job leaves the budget alone as long as the express
 * slot is free. */
static struct plan_choice
choose_slot(const struct plan_room *room, const struct plan_need *need)
{
    int spare = room->cpus - room->threads;
    bool small = plan_small(need);
    struct plan_choice choice = {PLAN_WAIT_SLOT, 0, false};

    if (small && !room->express) {
        choice = (struct plan_choice){PLAN_START, 1, true};
    } else if (spare > 0 && (small || !need->wide)) {
        choice = (struct plan_choice){PLAN_START, 1, false};
    } else if (spare > 0 && !room->wide) {
        choice = (struct plan_choice){PLAN_START, spare, false};
    }
    return choice;
}

struct plan_choice
plan_choose(const struct plan_room *room, const struct plan_need *need)
{
    uint64_t disk = plan_disk_needed(need->disk);
    uint64_t kept = plan_small(need) ? 0 : room->memory_total / PLAN_EXPRESS_SHARE;
    struct plan_choice choice = {PLAN_WAIT_SLOT, 0, false};

    if (need->memory > room->memory_total - kept) {
        choice.verdict = PLAN_NEVER_MEMORY;
    } else if (disk > room->disk_total) {
        choice.verdict = PLAN_NEVER_DISK;
    } else {
        choice = choose_slot(room, need);
        if (choice.verdict == PLAN_START &&
            (room->memory_free < kept || need->memory > room->memory_free - kept)) {
            choice = (struct plan_choice){PLAN_WAIT_MEMORY, 0, false};
        } else if (choice.verdict == PLAN_START && disk > room->disk_free) {
            choice = (struct plan_choice){PLAN_WAIT_DISK, 0, false};
        }
    }
    return choice;
}

bool
plan_is_idle(const struct plan_room *room)
{
    return room->threads == 0 && !room->express;
}

static uint64_t
less(uint64_t a, uint64_t b)
{
    return a > b ? a - b : 0;
}

void
plan_book(struct plan_room *room, const struct plan_need *need,
          const struct plan_choice *choice)
{
    if (choice->express) {
        room->express = true;
    } else {
        room->threads += choice->threads;
        room->wide = room->wide || (need->wide && !plan_small(need));
    }
    room->memory_free = less(room->memory_free, need->memory);
    room->disk_free = less(room->disk_free, need->disk);
}

bool
plan_wait_for_cover(const struct plan_need *need, double seconds, double fraction)
{
    return seconds * (1 - fraction) < need->seconds;
}

double
plan_seconds_left(double seconds, double elapsed, double first, double fraction)
{
    double share = first < 1 ? (fraction - first) / (1 - first) : 1;
    double estimate = seconds * (1 - first);

    if (share >= SPEED_FROM) {
        return elapsed * (1 - share) / share;
    }
    if (share <= 0) {
        return estimate - elapsed > elapsed ? estimate - elapsed : elapsed;
    }
    /* (1 - trust) of the one and trust * elapsed / share of the other, where trust is
     * share / SPEED_FROM; never negative, as SPEED_FROM < 1. */
    return (1 - share / SPEED_FROM) * estimate + elapsed / SPEED_FROM - elapsed;
}
