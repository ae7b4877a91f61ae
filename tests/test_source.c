/* lib/io/sha256.c and source.c: the hash against published values, and files that are whole, short, damaged or too
 * long. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

#include "core/memory.h"
#include "io/source.h"
#include "scratch.h"

static void write_file(const char *path, const void *bytes, size_t count)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, count, file), count);
    assert_int_equal(fclose(file), 0);
}

static size_t read_file(const char *path, uint8_t *bytes, size_t room)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t count = fread(bytes, 1, room, file);
    assert_int_equal(fclose(file), 0);
    return count;
}

static void write_packed(const char *path, const void *bytes, unsigned int count)
{
    gzFile file = gzopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(gzwrite(file, bytes, count), count);
    assert_int_equal(gzclose(file), Z_OK);
}

static struct source *open_good(const char *path)
{
    struct source *source;
    struct error error;
    assert_int_equal(source_open(path, &source, &error), STATUS_OK);
    return source;
}

/* FIPS 180-4's examples (NIST, "SHA-256 examples") and the empty message. */
static void test_sha256_published(void **state)
{
    (void)state;
    static const struct {
        const char *message, *hex;
    } known[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    };
    char hex[SHA256_HEX_SIZE];
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        sha256_hex(known[i].message, strlen(known[i].message), hex);
        assert_string_equal(hex, known[i].hex);
    }
    sha256_hex("abd", 3, hex); /* the twin: one bit of "abc" */
    assert_string_not_equal(hex, known[1].hex);
}

static void test_sha256_million(void **state)
{
    (void)state;
    char thousand[1000], hex[SHA256_HEX_SIZE];
    memset(thousand, 'a', sizeof thousand);
    struct sha256 hash;
    sha256_begin(&hash);
    for (int i = 0; i < 1000; i++)
        sha256_add(&hash, thousand, sizeof thousand);
    sha256_end(&hash, hex);
    assert_string_equal(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

/* Lengths around the ends of a block, where the padding changes its form. The values are GNU coreutils' (sha256sum). */
static void test_sha256_padding(void **state)
{
    (void)state;
    static const struct {
        size_t count;
        const char *hex;
    } known[] = {
        {55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"},
        {56, "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a"},
        {57, "f13b2d724659eb3bf47f2dd6af1accc87b81f09f59f2b75e5c0bed6589dfe8c6"},
        {63, "7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da457ddc2f34"},
        {64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"},
        {65, "635361c48bb9eab14198e76ea8ab7f1a41685d6ad62aa9146d301d4f17eb0ae0"},
        {119, "31eba51c313a5c08226adf18d4a359cfdfd8d2e816b13f4af952f7ea6584dcfb"},
        {120, "2f3d335432c70b580af0e8e1b3674a7c020d683aa5f73aaaedfdc55af904c21c"},
        {128, "6836cf13bac400e9105071cd6af47084dfacad4e5e302c94bfed24e013afb73e"},
    };
    char letters[128], hex[SHA256_HEX_SIZE];
    memset(letters, 'a', sizeof letters);
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        sha256_hex(letters, known[i].count, hex);
        assert_string_equal(hex, known[i].hex);
    }
}

/* In whatever pieces the bytes come, the hash is that of the whole. */
static void test_sha256_pieces(void **state)
{
    (void)state;
    uint8_t bytes[300];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 7 + i / 11);
    char whole[SHA256_HEX_SIZE], hex[SHA256_HEX_SIZE];
    sha256_hex(bytes, sizeof bytes, whole);
    for (size_t piece = 1; piece <= sizeof bytes; piece++) {
        struct sha256 hash;
        sha256_begin(&hash);
        for (size_t at = 0; at < sizeof bytes; at += piece)
            sha256_add(&hash, bytes + at, at + piece < sizeof bytes ? piece : sizeof bytes - at);
        sha256_end(&hash, hex);
        assert_string_equal(hex, whole);
    }
}

static void test_missing_names_both(void **state)
{
    (void)state;
    struct source *source = (struct source *)1;
    struct error error;
    assert_int_equal(source_open("none/file", &source, &error), STATUS_DATA);
    assert_null(source);
    assert_string_equal(error.message, "there is neither none/file nor none/file.gz");
    source_close(NULL);
}

static void test_directory_is_refused(void **state)
{
    (void)state;
    assert_int_equal(mkdir("directory", 0700), 0);
    struct source *source = open_good("directory");
    struct error error;
    uint8_t byte;
    assert_int_equal(source_read(source, &byte, 1, &error), STATUS_DATA);
    assert_non_null(strstr(error.message, "directory: cannot be read"));
    source_close(source);
    assert_int_equal(remove("directory"), 0);
}

static void test_read_and_hash(void **state)
{
    (void)state;
    struct error error;
    char bytes[5] = "", hex[SHA256_HEX_SIZE];
    write_file("plain", "abcdefghi", 9);
    struct source *source = open_good("plain");
    assert_string_equal(source_path(source), "plain");
    assert_int_equal(source_read(source, bytes, 3, &error), STATUS_OK);
    assert_memory_equal(bytes, "abc", 3);
    assert_int_equal(source_read(source, bytes, 0, &error), STATUS_OK);
    assert_int_equal(source_finish(source, hex, &error), STATUS_OK); /* hashes also what nobody read */
    assert_string_equal(hex, "19cc02f26df43cc571bc9ed7b0c4d29224a3ec229529221725ef76d021c8326f");
}

static void test_short_and_long(void **state)
{
    (void)state;
    struct error error;
    char bytes[9];
    write_file("plain", "abcde", 5);
    struct source *source = open_good("plain");
    assert_int_equal(source_read(source, bytes, 9, &error), STATUS_DATA);
    assert_string_equal(error.message, "plain: ends after 5 of 9 bytes; is it a whole copy?");
    source_close(source);

    source = open_good("plain");
    assert_int_equal(source_read(source, bytes, 4, &error), STATUS_OK);
    assert_int_equal(source_expect_end(source, &error), STATUS_DATA);
    assert_string_equal(error.message, "plain: goes on after its 4 bytes; is it a whole copy?");
    assert_int_equal(source_read(source, bytes, 1, &error), STATUS_OK); /* looking for the end took nothing away */
    assert_int_equal(bytes[0], 'e');
    assert_int_equal(source_expect_end(source, &error), STATUS_OK);
    assert_int_equal(source_finish(source, NULL, &error), STATUS_OK);
}

/* Longer than the buffers, and not a multiple of them; contents that do not pack away to nothing. */
enum { LONG_SIZE = 200003 };

static uint8_t *long_content(void)
{
    uint8_t *bytes = malloc(LONG_SIZE);
    assert_non_null(bytes);
    uint32_t word = 1;
    for (size_t i = 0; i < LONG_SIZE; i++) {
        word = word * 1664525U + 1013904223U;
        bytes[i] = (uint8_t)(word >> 27);
    }
    return bytes;
}

static void test_packed(void **state)
{
    (void)state;
    struct error error;
    char hex[SHA256_HEX_SIZE], expected[SHA256_HEX_SIZE];
    uint8_t *content = long_content(), *read = malloc(LONG_SIZE), *packed = malloc(LONG_SIZE);
    assert_true(read && packed);
    write_packed("file.gz", content, LONG_SIZE);
    struct source *source = open_good("file"); /* found behind the name without .gz */
    assert_string_equal(source_path(source), "file.gz");
    for (size_t at = 0; at < LONG_SIZE; at += 30001)
        assert_int_equal(source_read(source, read + at, at + 30001 < LONG_SIZE ? 30001 : LONG_SIZE - at, &error), 0);
    assert_memory_equal(read, content, LONG_SIZE);
    assert_int_equal(source_expect_end(source, &error), STATUS_OK);
    assert_int_equal(source_finish(source, hex, &error), STATUS_OK);
    sha256_hex(packed, read_file("file.gz", packed, LONG_SIZE), expected);
    assert_string_equal(hex, expected); /* of the file as it lies on disk */

    source = open_good("file.gz"); /* unread: finish unpacks and hashes all the same */
    assert_int_equal(source_finish(source, hex, &error), STATUS_OK);
    assert_string_equal(hex, expected);

    write_file("file", "plain", 5); /* the plain file comes first where both are there */
    source = open_good("file");
    assert_string_equal(source_path(source), "file");
    source_close(source);
    free(content);
    free(read);
    free(packed);
}

/* Reads a packed text of 44 bytes to its end: STATUS_OK, or what the first call that failed said. */
static enum status read_packed_text(const uint8_t *packed, size_t count, char text[45], struct error *error)
{
    struct source *source;
    enum status status = source_open_bytes(packed, count, "text.gz", &source, error);
    assert_int_equal(status, STATUS_OK);
    status = source_read(source, text, 44, error);
    if (status == STATUS_OK)
        status = source_expect_end(source, error);
    if (status == STATUS_OK)
        return source_finish(source, NULL, error);
    source_close(source);
    return status;
}

static const char packed_text[] = "All that was hashed is what was used, byte ."; /* 44 bytes */

static void test_packed_cut_off(void **state)
{
    (void)state;
    struct error error;
    uint8_t packed[256];
    char text[45];
    write_packed("text.gz", packed_text, 44);
    size_t count = read_file("text.gz", packed, sizeof packed);
    assert_int_equal(read_packed_text(packed, count, text, &error), STATUS_OK);
    assert_memory_equal(text, packed_text, 44);
    for (size_t kept = 0; kept < count; kept++) {
        error.message[0] = '\0';
        assert_int_equal(read_packed_text(packed, kept, text, &error), STATUS_DATA);
        /* by fewer than two bytes nobody knows that they are packed */
        assert_non_null(strstr(error.message, kept < 2 ? "text.gz: ends after" : "text.gz: is cut off after byte"));
    }
}

/* Any one bit that is turned is either noticed or, in the parts of gzip's header that say nothing about the content
 * (time, operating system, ...), leaves the content what it was. */
static void test_packed_damaged(void **state)
{
    (void)state;
    struct error error;
    uint8_t packed[256];
    char text[45];
    write_packed("text.gz", packed_text, 44);
    size_t count = read_file("text.gz", packed, sizeof packed), noticed = 0;
    for (size_t bit = 0; bit < count * 8; bit++) {
        packed[bit / 8] ^= (uint8_t)(1U << bit % 8);
        enum status status = read_packed_text(packed, count, text, &error);
        packed[bit / 8] ^= (uint8_t)(1U << bit % 8);
        assert_true(status == STATUS_OK || status == STATUS_DATA);
        if (status == STATUS_OK)
            assert_memory_equal(text, packed_text, 44);
        noticed += status == STATUS_DATA;
    }
    assert_true(noticed >= (count - 10) * 8); /* all but the ten bytes of the header, at least */
    packed[count - 8] ^= 1;                   /* the checksum of the content */
    assert_int_equal(read_packed_text(packed, count, text, &error), STATUS_DATA);
    assert_non_null(strstr(error.message, "incorrect data check"));
}

static void test_packed_goes_on(void **state)
{
    (void)state;
    struct error error;
    uint8_t packed[512];
    char text[45];
    write_packed("text.gz", packed_text, 44);
    size_t count = read_file("text.gz", packed, sizeof packed / 2);
    packed[count] = 0;
    assert_int_equal(read_packed_text(packed, count + 1, text, &error), STATUS_DATA);
    assert_non_null(strstr(error.message, "after the end of its gzip stream"));
    memcpy(packed + count, packed, count); /* a second stream: the content goes on */
    assert_int_equal(read_packed_text(packed, 2 * count, text, &error), STATUS_DATA);
    assert_non_null(strstr(error.message, "goes on after its 44 bytes"));
}

/* What several streams after each other hold is one content, wherever the blocks end in which the file is read; a
 * second one that is cut off is noticed. */
static void test_packed_streams(void **state)
{
    (void)state;
    enum { STREAMS = 3000 }; /* of several blocks */
    struct error error;
    char hex[SHA256_HEX_SIZE], expected[SHA256_HEX_SIZE], text[45];
    uint8_t packed[256], *all = malloc(STREAMS * sizeof packed);
    assert_non_null(all);
    write_packed("text.gz", packed_text, 44);
    size_t count = read_file("text.gz", packed, sizeof packed);
    for (size_t i = 0; i < STREAMS; i++)
        memcpy(all + i * count, packed, count);
    struct source *source;
    assert_int_equal(source_open_bytes(all, STREAMS * count, "texts", &source, &error), STATUS_OK);
    for (size_t i = 0; i < STREAMS; i++) {
        assert_int_equal(source_read(source, text, 44, &error), STATUS_OK);
        assert_memory_equal(text, packed_text, 44);
    }
    assert_int_equal(source_expect_end(source, &error), STATUS_OK);
    assert_int_equal(source_finish(source, hex, &error), STATUS_OK);
    sha256_hex(all, STREAMS * count, expected);
    assert_string_equal(hex, expected);
    assert_int_equal(source_open_bytes(all, 2 * count - 1, "texts", &source, &error), STATUS_OK);
    assert_int_equal(source_finish(source, hex, &error), STATUS_DATA);
    assert_non_null(strstr(error.message, "texts: is cut off after byte"));
    free(all);
}

/* The content says whether a file is packed, not its name. */
static void test_packed_by_content(void **state)
{
    (void)state;
    struct error error;
    uint8_t bytes[44];
    write_packed("packed", packed_text, 44);
    write_file("plain.gz", packed_text, 44);
    const char *const paths[] = {"packed", "plain.gz", "plain"};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        struct source *source = open_good(paths[i]);
        assert_int_equal(source_read(source, bytes, sizeof bytes, &error), STATUS_OK);
        assert_memory_equal(bytes, packed_text, sizeof bytes);
        assert_int_equal(source_expect_end(source, &error), STATUS_OK);
        assert_int_equal(source_finish(source, NULL, &error), STATUS_OK);
    }
}

/* What is left after some bytes, packed or not, up to a limit; also nothing. */
static void test_rest(void **state)
{
    (void)state;
    struct error error;
    char hex[SHA256_HEX_SIZE], expected[SHA256_HEX_SIZE];
    uint8_t *content = long_content(), *rest, first[5];
    size_t count;
    write_packed("packed", content, LONG_SIZE);
    write_file("plain", content, LONG_SIZE);
    sha256_hex(content, LONG_SIZE, expected);
    for (int packed = 0; packed < 2; packed++) {
        struct source *source = open_good(packed ? "packed" : "plain");
        assert_int_equal(source_read(source, first, sizeof first, &error), STATUS_OK);
        assert_int_equal(source_rest(source, LONG_SIZE - sizeof first, &rest, &count, &error), STATUS_OK);
        assert_int_equal(count, LONG_SIZE - sizeof first);
        assert_memory_equal(rest, content + sizeof first, count);
        assert_int_equal(rest[count], 0);
        memory_free(rest);
        assert_int_equal(source_rest(source, 0, &rest, &count, &error), STATUS_OK);
        assert_int_equal(count, 0);
        memory_free(rest);
        assert_int_equal(source_finish(source, hex, &error), STATUS_OK);
        assert_int_equal(strcmp(hex, expected) == 0, !packed);
        source = open_good(packed ? "packed" : "plain");
        assert_int_equal(source_rest(source, LONG_SIZE - 1, &rest, &count, &error), STATUS_DATA);
        assert_null(rest);
        assert_non_null(strstr(error.message, packed ? "packed: holds more than" : "plain: holds more than"));
        source_close(source);
    }
    free(content);
}

/* A message begins with a path and ends with what is wrong: both stay, however long it is. */
static void test_long_message(void **state)
{
    (void)state;
    struct error error;
    char path[5000], *name = path + sizeof path - 5;
    memset(path, 'd', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    for (size_t length = 900; length < 1100; length++) {
        assert_int_equal(error_set(&error, STATUS_DATA, "%s: is not there", path + sizeof path - 1 - length),
                         STATUS_DATA);
        assert_int_equal(strlen(error.message),
                         length + 14 < sizeof error.message ? length + 14 : sizeof error.message - 1);
        assert_string_equal(error.message + strlen(error.message) - 18, "dddd: is not there");
    }
    assert_int_equal(error_set(&error, STATUS_DATA, "%s: is not there", path), STATUS_DATA);
    assert_int_equal(error_context(&error, "%s in %s: ", name, path), STATUS_DATA);
    assert_memory_equal(error.message, "dddd in dddd", 12);
    assert_non_null(strstr(error.message, "dddd: is not there"));
    assert_int_equal(error_set(&error, STATUS_USAGE, "short"), STATUS_USAGE);
    assert_int_equal(error_context(&error, "a %s: ", "very"), STATUS_USAGE);
    assert_string_equal(error.message, "a very: short");
}

static void expect_line(struct source *source, const char *expected, size_t number)
{
    struct error error;
    const char *line;
    assert_int_equal(source_line(source, &line, &error), STATUS_OK);
    if (expected)
        assert_string_equal(line, expected);
    else
        assert_null(line);
    assert_int_equal(source_line_number(source), number);
}

static void test_lines(void **state)
{
    (void)state;
    write_file("text", "one\r\n\ntwo \r three\n\r\nlast", 24);
    struct source *source = open_good("text");
    assert_int_equal(source_line_number(source), 0);
    expect_line(source, "one", 1);
    expect_line(source, "", 2);
    expect_line(source, "two \r three", 3);
    expect_line(source, "", 4);
    expect_line(source, "last", 5);
    expect_line(source, NULL, 5);
    expect_line(source, NULL, 5);
    source_close(source);
}

/* Lines that cross the ends of buffers, up to the longest that is allowed. */
static void test_long_lines(void **state)
{
    (void)state;
    enum { LIMIT = 1 << 20 };
    struct error error;
    const char *line;
    char *text = malloc(LIMIT + 2);
    assert_non_null(text);
    memset(text, 'x', LIMIT + 2);
    text[LIMIT - 2] = '\n'; /* a line of LIMIT - 2 letters; with its two ends it takes LIMIT bytes */
    write_file("text", text, LIMIT + 2);
    struct source *source = open_good("text");
    assert_int_equal(source_line(source, &line, &error), STATUS_OK);
    assert_int_equal(strlen(line), LIMIT - 2);
    expect_line(source, "xxx", 2);
    source_close(source);

    text[LIMIT - 2] = 'x';
    write_file("text", text, LIMIT + 2);
    source = open_good("text");
    assert_int_equal(source_line(source, &line, &error), STATUS_DATA);
    assert_null(line);
    assert_string_equal(error.message, "text:1: the line is longer than 1048576 bytes; this is not a text file");
    source_close(source);
    free(text);
}

static void test_zero_byte_in_line(void **state)
{
    (void)state;
    struct error error;
    const char *line;
    struct source *source;
    assert_int_equal(source_open_bytes("good\nb\0d\n", 9, "name", &source, &error), STATUS_OK);
    expect_line(source, "good", 1);
    assert_int_equal(source_line(source, &line, &error), STATUS_DATA);
    assert_string_equal(error.message, "name:2: there is a 0 byte in the line; this is not a text file");
    source_close(source);
    assert_int_equal(source_open_bytes("", 0, "name", &source, &error), STATUS_OK);
    expect_line(source, NULL, 0);
    source_close(source);
}

/* Each allocation fails in turn: the status says so, nothing is left open (the address sanitizer looks), and one more
 * success than there are allocations goes through. */
static void test_no_memory(void **state)
{
    (void)state;
    write_packed("text.gz", "line\n", 5);
    size_t successes = 0;
    for (bool met = true; met; successes++) {
        struct source *source;
        struct error error = {0};
        const char *line;
        fault_arm(successes);
        enum status status = source_open("text", &source, &error);
        if (status == STATUS_OK) {
            status = source_line(source, &line, &error);
            if (status == STATUS_OK)
                status = source_finish(source, NULL, &error);
            else
                source_close(source);
        } else {
            assert_null(source);
        }
        met = fault_met();
        fault_arm(SIZE_MAX);
        assert_int_equal(status, met ? STATUS_NO_MEMORY : STATUS_OK);
        assert_true(!met || error.message[0]);
        assert_true(successes < 100);
    }
    assert_true(successes > 5); /* source, path, two buffers, zlib's state, the line */
}

int main(void)
{
#define WITH_FILES(test) cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sha256_published),
        cmocka_unit_test(test_sha256_million),
        cmocka_unit_test(test_sha256_padding),
        cmocka_unit_test(test_sha256_pieces),
        cmocka_unit_test(test_missing_names_both),
        WITH_FILES(test_directory_is_refused),
        WITH_FILES(test_read_and_hash),
        WITH_FILES(test_short_and_long),
        WITH_FILES(test_packed),
        WITH_FILES(test_packed_cut_off),
        WITH_FILES(test_packed_damaged),
        WITH_FILES(test_packed_goes_on),
        WITH_FILES(test_packed_streams),
        WITH_FILES(test_packed_by_content),
        WITH_FILES(test_rest),
        cmocka_unit_test(test_long_message),
        WITH_FILES(test_lines),
        WITH_FILES(test_long_lines),
        cmocka_unit_test(test_zero_byte_in_line),
        WITH_FILES(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
