/*
 * Keys and tokens.
 */
#include "config.h"

#include "cmocka_all.h"
#include "temporary.h"

#include "common/log.h"
#include "fcgi/token.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct key {
    char folder[64], path[96];
    struct app app;
};

static int
setup(void **state)
{
    struct key *k = calloc(1, sizeof *k);
    assert_non_null(k);
    log_open("test", LOG_TARGET_STDERR, LOG_LEVEL_ERROR);
    temporary_make(k->folder, sizeof k->folder);
    snprintf(k->path, sizeof k->path, "%s/key", k->folder);
    assert_int_equal(token_keys(&k->app, k->path), 0);
    *state = k;
    return 0;
}

static int
teardown(void **state)
{
    struct key *k = *state;
    temporary_remove(k->folder);
    free(k);
    return 0;
}

static void
makes_one_key_for_all(void **state)
{
    struct key *k = *state;
    struct app other = {0};
    struct stat st;
    assert_int_equal(stat(k->path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(st.st_size, APP_KEY_SIZE);
    assert_int_equal(token_keys(&other, k->path), 0);
    assert_memory_equal(k->app.csrf_key, other.csrf_key, APP_KEY_SIZE);
    assert_memory_equal(k->app.owner_key, other.owner_key, APP_KEY_SIZE);
    assert_memory_not_equal(k->app.csrf_key, k->app.owner_key, APP_KEY_SIZE);
}

struct starter {
    pthread_t thread;
    const char *path;
    struct app app;
    int result;
};

static void *
start(void *argument)
{
    struct starter *s = argument;
    s->result = token_keys(&s->app, s->path);
    return NULL;
}

static void
racing_starts_agree(void **state)
{
    struct key *k = *state;
    enum { STARTERS = 16 };
    for (int round = 0; round < 20; round++) {
        struct starter starters[STARTERS] = {0};
        /* No file, or an empty one, as an administrator makes it. */
        if (round % 2 == 0)
            unlink(k->path);
        else
            assert_int_equal(truncate(k->path, 0), 0);
        for (int i = 0; i < STARTERS; i++) {
            starters[i].path = k->path;
            pthread_create(&starters[i].thread, NULL, start, &starters[i]);
        }
        for (int i = 0; i < STARTERS; i++)
            pthread_join(starters[i].thread, NULL);
        for (int i = 0; i < STARTERS; i++) {
            assert_int_equal(starters[i].result, 0);
            assert_memory_equal(starters[i].app.csrf_key, starters[0].app.csrf_key,
                                APP_KEY_SIZE);
        }
    }
}

static void
refuses_a_short_key(void **state)
{
    struct key *k = *state;
    struct app other;
    assert_int_equal(truncate(k->path, APP_KEY_SIZE - 1), 0);
    assert_int_equal(token_keys(&other, k->path), -1);
}

static void
refuses_a_folder_that_is_not_there(void **state)
{
    struct key *k = *state;
    struct app other;
    char path[128];
    snprintf(path, sizeof path, "%s/no/key", k->folder);
    assert_int_equal(token_keys(&other, path), -1);
}

static void
csrf_tokens_last_for_hours(void **state)
{
    struct key *k = *state;
    const int64_t now = 1800000000 / TOKEN_CSRF_STEP * TOKEN_CSRF_STEP;
    char token[TOKEN_SIZE], same[TOKEN_SIZE], next[TOKEN_SIZE];
    token_csrf_at(&k->app, now, NULL, token);
    token_csrf_at(&k->app, now + TOKEN_CSRF_STEP - 1, NULL, same);
    token_csrf_at(&k->app, now + TOKEN_CSRF_STEP, NULL, next);
    assert_string_equal(token, same);
    assert_string_not_equal(token, next);
    assert_true(token_csrf_valid_at(&k->app, now, NULL, token));
    assert_true(token_csrf_valid_at(&k->app, now + TOKEN_CSRF_AGE, NULL, token));
    assert_false(token_csrf_valid_at(&k->app, now + TOKEN_CSRF_AGE + TOKEN_CSRF_STEP,
                                     NULL, token));
    /* A clock that is a little behind is no reason to refuse; a far one is. */
    assert_true(token_csrf_valid_at(&k->app, now - TOKEN_CSRF_STEP, NULL, token));
    assert_false(token_csrf_valid_at(&k->app, now - 2 * TOKEN_CSRF_STEP, NULL, token));
    token_csrf(&k->app, token);
    assert_true(token_csrf_valid(&k->app, token));
}

/* Every change of one character, a cut and an addition. */
static void
assert_no_forgery(const struct app *app, const char *token,
                  bool (*valid)(const struct app *app, const char *token))
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/ ."
        "\x80\xa0\xbf\xc0\xdd\xdf\xe2\xff";
    char changed[TOKEN_SIZE + 1];
    assert_true(valid(app, token));
    for (size_t i = 0; i < strlen(token); i++)
        for (const char *c = alphabet; *c; c++) {
            strcpy(changed, token);
            changed[i] = *c;
            assert_int_equal(valid(app, changed), token[i] == *c);
        }
    for (size_t i = 0; i < strlen(token); i++) {
        strcpy(changed, token);
        changed[i] = '\0';
        assert_false(valid(app, changed));
    }
    for (const char *c = alphabet; *c; c++) {
        snprintf(changed, sizeof changed, "%s%c", token, *c);
        assert_false(valid(app, changed));
    }
    assert_false(valid(app, NULL));
    assert_false(valid(app, ""));
}

static bool
owner_valid(const struct app *app, const char *token)
{
    char owner[OWNER_SIZE] = "left over";
    bool valid = token_owner_hash(app, token, owner);
    assert_int_equal(strlen(owner), valid ? OWNER_SIZE - 1 : 0);
    return valid;
}

static void
tokens_cannot_be_invented(void **state)
{
    struct key *k = *state;
    char csrf[TOKEN_SIZE], owner[TOKEN_SIZE], long_one[1000];
    struct app other = k->app;
    token_csrf(&k->app, csrf);
    token_owner_new(&k->app, owner);
    assert_no_forgery(&k->app, csrf, token_csrf_valid);
    assert_no_forgery(&k->app, owner, owner_valid);
    assert_false(token_csrf_valid(&k->app, owner));
    assert_false(owner_valid(&k->app, csrf));
    memset(long_one, 'A', sizeof long_one - 1);
    long_one[sizeof long_one - 1] = '\0';
    assert_false(token_csrf_valid(&k->app, long_one));
    assert_false(owner_valid(&k->app, long_one));
    other.csrf_key[5] ^= 1;
    other.owner_key[5] ^= 1;
    assert_false(token_csrf_valid(&other, csrf));
    assert_false(owner_valid(&other, owner));
}

static void
a_token_for_one_is_for_nobody_else(void **state)
{
    struct key *k = *state;
    char all[TOKEN_SIZE], ann[TOKEN_SIZE], bob[TOKEN_SIZE];
    token_csrf(&k->app, all);
    token_csrf_for(&k->app, "ann", ann);
    token_csrf_for(&k->app, "bob", bob);
    assert_string_not_equal(ann, bob);
    assert_true(token_csrf_valid_for(&k->app, "ann", ann));
    assert_false(token_csrf_valid_for(&k->app, "bob", ann));
    assert_false(token_csrf_valid_for(&k->app, "", ann));
    assert_false(token_csrf_valid_for(&k->app, "ann", all));
    assert_false(token_csrf_valid_for(&k->app, "", all));
    assert_false(token_csrf_valid(&k->app, ann));
    /* For nobody in particular it is the one for everybody. */
    assert_true(token_csrf_valid_for(&k->app, NULL, all));
    token_csrf_at(&k->app, 1800000000, "ann", ann);
    assert_false(token_csrf_valid_at(
        &k->app, 1800000000 + TOKEN_CSRF_AGE + TOKEN_CSRF_STEP, "ann", ann));
}

/* Notes are made for one text, and for a moment. */
static void
notes_are_soon_worthless(void **state)
{
    struct key *k = *state;
    const int64_t now = 1800000000;
    char note[TOKEN_SIZE], csrf[TOKEN_SIZE];
    token_note_at(&k->app, now, "delete.5", note);
    for (int64_t age = -TOKEN_NOTE_AGE; age <= TOKEN_NOTE_AGE; age++)
        assert_true(token_note_valid_at(&k->app, now + age, "delete.5", note));
    assert_false(
        token_note_valid_at(&k->app, now + TOKEN_NOTE_AGE + 1, "delete.5", note));
    assert_false(
        token_note_valid_at(&k->app, now - TOKEN_NOTE_AGE - 1, "delete.5", note));
    assert_false(token_note_valid_at(&k->app, now, "delete.6", note));
    assert_false(token_note_valid_at(&k->app, now, "delete.5", NULL));
    assert_false(token_note_valid_at(&k->app, now, "delete.5", ""));
    note[10] = note[10] == 'A' ? 'B' : 'A';
    assert_false(token_note_valid_at(&k->app, now, "delete.5", note));
    /* Neither kind is valid as the other. */
    token_note(&k->app, "ann", note);
    token_csrf_for(&k->app, "ann", csrf);
    assert_true(token_note_valid(&k->app, "ann", note));
    assert_false(token_note_valid(&k->app, "ann", csrf));
    assert_false(token_csrf_valid_for(&k->app, "ann", note));
}

/* What one subscriber has is one address, however it is written. */
static void
addresses_are_hashed_by_network(void **state)
{
    static const struct {
        const char *one, *other;
        bool same;
    } cases[] = {
        {"192.0.2.1", "192.0.2.1", true},
        {"192.0.2.1", "192.0.2.2", false},
        {"192.0.2.1", "::ffff:192.0.2.1", true},
        {"192.0.2.1", "::ffff:192.0.2.2", false},
        {"2001:db8::1", "2001:db8:0:0:ffff:1:2:3", true},
        {"2001:db8::1", "2001:DB8::2", true},
        {"2001:db8::1", "2001:db8:0:1::1", false},
        {"2001:db8::1", "2001:db9::1", false},
        {"unix:", "unix:", true},
        {"unix:", "", false},
        {"unix:", "192.0.2.1", false},
    };
    struct key *k = *state;
    char one[OWNER_SIZE], other[OWNER_SIZE];
    struct app rotated = k->app;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        token_address_hash(&k->app, cases[i].one, one);
        token_address_hash(&k->app, cases[i].other, other);
        assert_int_equal(strlen(one), OWNER_SIZE - 1);
        assert_int_equal(strcmp(one, other) == 0, cases[i].same);
    }
    token_address_hash(&k->app, "192.0.2.1", one);
    rotated.address_key[0] ^= 1;
    token_address_hash(&rotated, "192.0.2.1", other);
    assert_string_not_equal(one, other);
}

/* A new key: nothing of the old one is worth anything. */
static void
a_new_key_ends_all_tokens(void **state)
{
    struct key *k = *state;
    struct app other = {0};
    char csrf[TOKEN_SIZE], owner[TOKEN_SIZE], hash[OWNER_SIZE];
    token_csrf(&k->app, csrf);
    token_owner_new(&k->app, owner);
    assert_int_equal(unlink(k->path), 0);
    assert_int_equal(token_keys(&other, k->path), 0);
    assert_false(token_csrf_valid(&other, csrf));
    assert_false(token_owner_hash(&other, owner, hash));
    assert_memory_not_equal(other.address_key, k->app.address_key, APP_KEY_SIZE);
    assert_memory_not_equal(other.address_key, other.owner_key, APP_KEY_SIZE);
}

static void
owners_differ(void **state)
{
    struct key *k = *state;
    char one[TOKEN_SIZE], two[TOKEN_SIZE];
    char owner[OWNER_SIZE], again[OWNER_SIZE], other[OWNER_SIZE];
    token_owner_new(&k->app, one);
    token_owner_new(&k->app, two);
    assert_string_not_equal(one, two);
    assert_true(token_owner_hash(&k->app, one, owner));
    assert_true(token_owner_hash(&k->app, one, again));
    assert_true(token_owner_hash(&k->app, two, other));
    assert_string_equal(owner, again);
    assert_string_not_equal(owner, other);
    assert_null(strstr(one, owner));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(makes_one_key_for_all),
        TEST(racing_starts_agree),
        TEST(refuses_a_short_key),
        TEST(refuses_a_folder_that_is_not_there),
        TEST(csrf_tokens_last_for_hours),
        TEST(tokens_cannot_be_invented),
        TEST(a_token_for_one_is_for_nobody_else),
        TEST(notes_are_soon_worthless),
        TEST(addresses_are_hashed_by_network),
        TEST(a_new_key_ends_all_tokens),
        TEST(owners_differ),
    };
    return cmocka_run_group_tests_name("token", tests, NULL, NULL);
}
