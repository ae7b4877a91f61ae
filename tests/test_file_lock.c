/* tests/test_file_lock.c: who holds a lock, who has died with it, and what is swept away. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/memory.h"
#include "io/atomic_file.h"
#include "io/file_lock.h"
#include "io/owner.h"
#include "scratch.h"

static const char path[] = "run.h5", lock_path[] = "run.h5.lock";

/* A lock's file as its owner would have written it. */
static void lock_write(const struct owner *owner, const char *flocked)
{
    FILE *file = fopen(lock_path, "w");
    assert_non_null(file);
    assert_true(fprintf(file,
                        "tenth lock 1\nhost %s\nboot %s\nspace %s\npid %ld\nstarted %llu\ntoken %s\nflock %s\nend\n",
                        owner->host, owner->boot, owner->space, owner->pid, owner->started, owner->token, flocked) > 0);
    assert_int_equal(fclose(file), 0);
}

/* Sets a file's time to so many seconds ago. */
static void age(const char *name, long seconds)
{
    struct stat now;
    FILE *file = fopen("clock", "w");
    assert_non_null(file);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(stat("clock", &now), 0);
    assert_int_equal(unlink("clock"), 0);
    const struct timespec times[2] = {{.tv_sec = now.st_mtime - seconds}, {.tv_sec = now.st_mtime - seconds}};
    assert_int_equal(utimensat(AT_FDCWD, name, times, 0), 0);
}

static struct lock_found found;
static struct error error;

static struct file_lock *take(void)
{
    struct file_lock *lock = NULL;
    assert_int_equal(file_lock_take(path, &lock, &found, &error), STATUS_OK);
    return lock;
}

/* Nothing is left of it but what the test made. */
static void assert_obtained(bool taken_over)
{
    struct file_lock *lock = take();
    assert_non_null(lock);
    assert_int_equal(found.taken_over, taken_over);
    assert_int_equal(file_lock_check(lock, &error), STATUS_OK);
    assert_int_equal(access(lock_path, F_OK), 0);
    file_lock_release(lock);
    assert_int_equal(scratch_entries(), 0);
}

static void assert_refused(const char *who)
{
    struct stat before, after;
    assert_int_equal(stat(lock_path, &before), 0);
    assert_null(take());
    assert_string_equal(found.who, who);
    assert_int_equal(stat(lock_path, &after), 0);
    assert_true(before.st_ino == after.st_ino);
    assert_int_equal(scratch_entries(), 1);
}

/* A process that has ended, and that nobody has waited for where `zombie`. */
static pid_t ended_child(bool zombie)
{
    siginfo_t about;
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(0);
    assert_int_equal(waitid(P_PID, (id_t)child, &about, WEXITED | (zombie ? WNOWAIT : 0)), 0);
    return child;
}

static void a_lock_is_held_until_it_is_released(void **state)
{
    (void)state;
    char who[400];
    struct owner self = owner_self();
    struct file_lock *lock = take();
    assert_non_null(lock);
    (void)snprintf(who, sizeof who, "%s, pid %ld", self.host, (long)getpid());
    assert_refused(who);
    file_lock_renew(lock);
    file_lock_release(lock);
    assert_int_equal(scratch_entries(), 0);
    assert_obtained(false);
}

static void a_dead_process_holds_nothing(void **state)
{
    (void)state;
    struct owner owner = owner_self();
    owner.pid = (long)ended_child(false);
    lock_write(&owner, "yes");
    assert_obtained(true);
    owner.pid = (long)ended_child(true);
    owner.started = 0;
    lock_write(&owner, "no");
    assert_obtained(true);
    assert_int_equal(waitpid((pid_t)owner.pid, NULL, 0), owner.pid);
}

static void a_number_that_another_process_has_by_now_holds_nothing(void **state)
{
    (void)state;
    struct owner owner = owner_self();
    owner.started -= 1;
    lock_write(&owner, "yes");
    assert_obtained(true);
}

/* However long it has given no sign: a stopped process goes on one day. */
static void a_live_process_of_this_place_keeps_its_lock(void **state)
{
    (void)state;
    char who[400];
    struct owner owner = owner_self();
    (void)snprintf(who, sizeof who, "%s, pid %ld", owner.host, owner.pid);
    lock_write(&owner, "no");
    age(lock_path, 100L * OWNER_STALE_SECONDS);
    assert_refused(who);
    assert_int_equal(unlink(lock_path), 0);
}

/* Its number means nothing here, though a process of that number runs. */
static void another_machine_is_judged_by_its_signs_of_life(void **state)
{
    (void)state;
    struct owner owner = owner_self();
    (void)snprintf(owner.host, sizeof owner.host, "elsewhere");
    (void)snprintf(owner.boot, sizeof owner.boot, "another-boot");
    lock_write(&owner, "yes");
    char who[64];
    (void)snprintf(who, sizeof who, "elsewhere, pid %ld", owner.pid);
    assert_refused(who);
    age(lock_path, OWNER_STALE_SECONDS / 2);
    assert_refused(who);
    age(lock_path, -3600); /* its clock is ahead */
    assert_refused(who);
    age(lock_path, OWNER_STALE_SECONDS + 1);
    assert_obtained(true);
}

/* Two containers have equal names and numbers: the namespaces differ, and the flock tells. */
static void another_container_is_judged_by_its_flock(void **state)
{
    (void)state;
    struct owner owner = owner_self();
    char who[400];
    (void)snprintf(who, sizeof who, "%s, pid %ld", owner.host, owner.pid);
    (void)snprintf(owner.space, sizeof owner.space, "pid:[1]");
    lock_write(&owner, "yes");
    const int held = open(lock_path, O_RDWR | O_CLOEXEC);
    assert_int_equal(flock(held, LOCK_EX), 0);
    age(lock_path, 100L * OWNER_STALE_SECONDS);
    assert_refused(who);
    assert_int_equal(close(held), 0);
    assert_obtained(true);
    lock_write(&owner, "no"); /* it could not have one */
    assert_refused(who);
    age(lock_path, OWNER_STALE_SECONDS + 1);
    assert_obtained(true);
}

static void what_cannot_be_read_is_judged_by_its_age(void **state)
{
    (void)state;
    const char *const texts[] = {"",
                                 "garbage\n",
                                 "tenth lock 1\nhost a\n",
                                 "tenth lock 2\n",
                                 "tenth lock 1\nhost a\nboot b\nspace c\npid x\nstarted 1\ntoken t\nflock no\nend\n",
                                 "tenth lock 1\nhost a\nboot b\nspace c\npid -1\nstarted 1\ntoken t\nflock no\nend\n"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_int_equal(atomic_write(lock_path, texts[i], strlen(texts[i]), &error), STATUS_OK);
        assert_refused("");
        age(lock_path, OWNER_STALE_SECONDS + 1);
        assert_obtained(true);
    }
    assert_int_equal(symlink("nowhere", lock_path), 0);
    assert_null(take());
    assert_int_equal(unlink(lock_path), 0);
    assert_int_equal(mkfifo(lock_path, 0600), 0);
    age(lock_path, 100L * OWNER_STALE_SECONDS);
    assert_refused("");
    assert_int_equal(unlink(lock_path), 0);
}

/* Many find a dead lock at once: each time one of them has it, and nobody else until it lets go. */
static void of_many_takers_one_wins(void **state)
{
    (void)state;
    enum { ROUNDS = 20, TAKERS = 4 };
    for (int round = 0; round < ROUNDS; round++) {
        int start[2], done[2], obtained = 0;
        pid_t children[TAKERS];
        struct owner owner = owner_self();
        owner.started -= 1;
        lock_write(&owner, "yes");
        assert_int_equal(pipe(start) + pipe(done), 0);
        for (int i = 0; i < TAKERS; i++) {
            children[i] = fork();
            assert_true(children[i] >= 0);
            if (children[i] == 0) {
                char byte;
                struct file_lock *lock = NULL;
                (void)close(start[1]);
                if (read(start[0], &byte, 1) != 0 || file_lock_take(path, &lock, &found, &error) != STATUS_OK)
                    (void)kill(getpid(), SIGKILL);
                if (write(done[1], lock ? "y" : "n", 1) != 1)
                    (void)kill(getpid(), SIGKILL);
                (void)pause(); /* holds it until it is killed */
            }
        }
        assert_int_equal(close(start[0]) + close(start[1]), 0);
        for (int i = 0; i < TAKERS; i++) {
            char answer = 0;
            assert_int_equal(read(done[0], &answer, 1), 1);
            obtained += answer == 'y';
        }
        assert_int_equal(obtained, 1);
        assert_int_equal(close(done[0]) + close(done[1]), 0);
        for (int i = 0; i < TAKERS; i++) {
            assert_int_equal(kill(children[i], SIGKILL), 0);
            assert_int_equal(waitpid(children[i], NULL, 0), children[i]);
        }
        assert_obtained(true);
    }
}

/* Whoever was taken for dead notices before it writes, and leaves the other's lock. */
static void a_lost_lock_is_noticed(void **state)
{
    (void)state;
    struct file_lock *lock = take(), *other;
    assert_non_null(lock);
    assert_int_equal(rename(lock_path, "aside"), 0);
    assert_int_equal(file_lock_check(lock, &error), STATUS_FAILED);
    assert_non_null(strstr(error.message, "run.h5: nothing more is written to it"));
    other = take();
    assert_non_null(other);
    assert_int_equal(file_lock_check(lock, &error), STATUS_FAILED);
    file_lock_release(lock);
    assert_int_equal(file_lock_check(other, &error), STATUS_OK);
    file_lock_release(other);
    assert_int_equal(unlink("aside"), 0);
    assert_int_equal(scratch_entries(), 0);
}

/* On a full disk, in a directory that is not there, and where no file may have a byte. */
static void where_no_lock_can_be_made_that_is_said(void **state)
{
    (void)state;
    struct file_lock *lock = NULL;
    assert_int_equal(file_lock_take("no/run.h5", &lock, &found, &error), STATUS_FAILED);
    assert_null(lock);
    assert_non_null(strstr(error.message, "no/run.h5.lock: no lock can be made there"));
    assert_non_null(strstr(error.message, "No such file or directory"));
    if (access("/dev/full", W_OK) == 0) {
        char *temporary = atomic_temporary_name(lock_path, &error);
        assert_int_equal(symlink("/dev/full", temporary), 0);
        assert_int_equal(file_lock_take(path, &lock, &found, &error), STATUS_FAILED);
        assert_non_null(strstr(error.message, "No space left on device"));
        memory_free(temporary);
    }
    struct rlimit before, none;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    none = before;
    none.rlim_cur = 0;
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
    const enum status status = file_lock_take(path, &lock, &found, &error);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(status, STATUS_FAILED);
    assert_null(lock);
    assert_int_equal(scratch_entries(), 0);
}

static void touch(const char *name)
{
    FILE *file = fopen(name, "w");
    assert_non_null(file);
    assert_int_equal(fclose(file), 0);
}

/* The name that a process has for what it writes. */
static void partial_of(const struct owner *owner, char name[128])
{
    char mark[OWNER_MARK_SIZE];
    owner_mark(owner, mark);
    (void)snprintf(name, 128, "x.h5.partial.%s", mark);
}

static void the_sweep_takes_what_dead_processes_left(void **state)
{
    (void)state;
    char live[128], dead[128], reused[128], far[128], far_old[128];
    struct owner owner = owner_self();
    partial_of(&owner, live);
    owner.started -= 1;
    partial_of(&owner, reused);
    owner.pid = (long)ended_child(false);
    partial_of(&owner, dead);
    (void)snprintf(owner.boot, sizeof owner.boot, "another-boot");
    partial_of(&owner, far);
    owner.pid++;
    partial_of(&owner, far_old);
    const char *const stay[] = {live,           far,          "x.h5", "x.h5.partial.12", "notes.partial.34",
                                ".h5.partial.", "a.partial.b"};
    const char *const go[] = {dead, reused, far_old, "x.h5.partial.56"};
    for (size_t i = 0; i < sizeof stay / sizeof stay[0]; i++)
        touch(stay[i]);
    for (size_t i = 0; i < sizeof go / sizeof go[0]; i++)
        touch(go[i]);
    age(far_old, OWNER_STALE_SECONDS + 1);
    age("x.h5.partial.56", OWNER_STALE_SECONDS + 1); /* an older version's */
    age("notes.partial.34", 100L * OWNER_STALE_SECONDS);
    age(live, 100L * OWNER_STALE_SECONDS);
    atomic_sweep(".");
    for (size_t i = 0; i < sizeof stay / sizeof stay[0]; i++)
        assert_int_equal(access(stay[i], F_OK), 0);
    assert_int_equal(scratch_entries(), sizeof stay / sizeof stay[0]);
    atomic_sweep("not_there");
}

/* A file's name has at most 255 bytes, and characters stay whole. */
static void a_long_name_is_cut_for_its_temporary(void **state)
{
    (void)state;
    char name[256] = "";
    for (size_t i = 0; i + 2 < sizeof name; i += 2)
        memcpy(name + i, "\xc3\xa9", 3);
    assert_int_equal(atomic_write(name, "text", 4, &error), STATUS_OK);
    char *temporary = atomic_temporary_name(name, &error);
    assert_non_null(temporary);
    assert_true(strlen(temporary) <= 255);
    assert_int_equal(strcspn(temporary, ".") % 2, 0);
    memory_free(temporary);
    assert_int_equal(unlink(name), 0);
}

int main(void)
{
#define IN_SCRATCH(test) cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(a_lock_is_held_until_it_is_released),
        IN_SCRATCH(a_dead_process_holds_nothing),
        IN_SCRATCH(a_number_that_another_process_has_by_now_holds_nothing),
        IN_SCRATCH(a_live_process_of_this_place_keeps_its_lock),
        IN_SCRATCH(another_machine_is_judged_by_its_signs_of_life),
        IN_SCRATCH(another_container_is_judged_by_its_flock),
        IN_SCRATCH(what_cannot_be_read_is_judged_by_its_age),
        IN_SCRATCH(of_many_takers_one_wins),
        IN_SCRATCH(a_lost_lock_is_noticed),
        IN_SCRATCH(where_no_lock_can_be_made_that_is_said),
        IN_SCRATCH(the_sweep_takes_what_dead_processes_left),
        IN_SCRATCH(a_long_name_is_cut_for_its_temporary),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
