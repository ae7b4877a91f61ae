#include "io/magic.h"

#include <stdbool.h>
#include <string.h>

struct signature {
    size_t at, length;
    const char *bytes, *kind;
};

/* The first match counts. Longer ones come before their own prefixes. */
#define SIGNATURE(at, bytes, kind)                                                                                     \
    {                                                                                                                  \
        at, sizeof(bytes) - 1, bytes, kind                                                                             \
    }
static const struct signature signatures[] = {
    SIGNATURE(0, "\x89PNG\r\n\x1A\n", "a PNG image"),
    SIGNATURE(0, "\xFF\xD8\xFF", "a JPEG image"),
    SIGNATURE(0, "GIF87a", "a GIF image"),
    SIGNATURE(0, "GIF89a", "a GIF image"),
    SIGNATURE(0, "II*\0", "a TIFF image"),
    SIGNATURE(0, "MM\0*", "a TIFF image"),
    SIGNATURE(0, "II+\0", "a TIFF image"),
    SIGNATURE(0, "MM\0+", "a TIFF image"),
    SIGNATURE(8, "WEBP", "a WebP image"), /* of the RIFF family, like the next ones */
    SIGNATURE(8, "WAVE", "a WAV file of sound"),
    SIGNATURE(8, "AVI ", "an AVI video"),
    SIGNATURE(4, "ftypheic", "an HEIC image"),
    SIGNATURE(4, "ftypheix", "an HEIC image"),
    SIGNATURE(4, "ftypmif1", "an HEIF image"),
    SIGNATURE(4, "ftypavif", "an AVIF image"),
    SIGNATURE(4, "ftyp", "an MP4 video or one of its kin"),
    SIGNATURE(0, "\0\0\0\x0CjP  \r\n", "a JPEG 2000 image"),
    SIGNATURE(0, "\xFF\x4F\xFF\x51", "a JPEG 2000 image"),
    SIGNATURE(0, "\0\0\0\x0CJXL ", "a JPEG XL image"),
    SIGNATURE(0, "\xFF\x0A", "a JPEG XL image"),
    SIGNATURE(0, "\0\0\1\0", "an icon (ICO)"),
    SIGNATURE(0, "8BPS", "a Photoshop image"),
    SIGNATURE(0, "\x76\x2F\x31\x01", "an OpenEXR image"),
    SIGNATURE(0, "qoif", "a QOI image"),
    SIGNATURE(0, "gimp xcf", "a GIMP image"),
    SIGNATURE(128, "DICM", "a DICOM file"),
    SIGNATURE(344, "n+1\0", "a NIfTI file"),
    SIGNATURE(344, "ni1\0", "a NIfTI file"),
    SIGNATURE(0, "SIMPLE  =", "a FITS file"),
    SIGNATURE(0, "P7\n", "a PAM image"),
    SIGNATURE(0, "PF\n", "a PFM image"),
    SIGNATURE(0, "Pf\n", "a PFM image"),
    SIGNATURE(0, "%PDF", "a PDF document"),
    SIGNATURE(0, "%!PS", "a PostScript document"),
    SIGNATURE(0, "{\\rtf", "an RTF document"),
    SIGNATURE(0, "PK\3\4", "a ZIP archive (as .npz, .xlsx and PyTorch's .pt are)"),
    SIGNATURE(0, "PK\5\6", "a ZIP archive"),
    SIGNATURE(0, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "an old document of Office (as .xls is)"),
    SIGNATURE(0, "7z\xBC\xAF\x27\x1C", "a 7z archive"),
    SIGNATURE(0, "Rar!\x1A\7", "a RAR archive"),
    SIGNATURE(257, "ustar", "a tar archive"),
    SIGNATURE(0, "\x1F\x8B", "a gzip file"),
    SIGNATURE(0, "\x1F\x9D", "a file packed by compress"),
    SIGNATURE(4, "1AY&SY", "a bzip2 file"),
    SIGNATURE(0,
              "\xFD"
              "7zXZ\0",
              "an xz file"),
    SIGNATURE(0, "\x28\xB5\x2F\xFD", "a zstd file"),
    SIGNATURE(0, "\x04\x22\x4D\x18", "an LZ4 file"),
    SIGNATURE(0, "LZIP", "an lzip file"),
    SIGNATURE(0, "\x89HDF\r\n\x1A\n", "an HDF5 file (as tenth's run files are)"),
    SIGNATURE(512, "\x89HDF\r\n\x1A\n", "an HDF5 file"), /* MATLAB's, after its own header */
    SIGNATURE(0, "CDF\1", "a NetCDF file"),
    SIGNATURE(0, "CDF\2", "a NetCDF file"),
    SIGNATURE(0, "TNTH", "a model of tenth (.tenth)"),
    SIGNATURE(0, "\0\0\x09", "an IDX file, but not of unsigned bytes"),
    SIGNATURE(0, "\0\0\x0B", "an IDX file, but not of unsigned bytes"),
    SIGNATURE(0, "\0\0\x0C", "an IDX file, but not of unsigned bytes"),
    SIGNATURE(0, "\0\0\x0D", "an IDX file, but not of unsigned bytes"),
    SIGNATURE(0, "\0\0\x0E", "an IDX file, but not of unsigned bytes"),
    SIGNATURE(0, "\x93NUMPY", "a NumPy array (.npy)"),
    SIGNATURE(0, "MATLAB 5.0 MAT-file", "a MATLAB file (.mat)"),
    SIGNATURE(0, "MATLAB 7.3 MAT-file", "a MATLAB file (.mat)"),
    SIGNATURE(0, "SQLite format 3", "an SQLite database"),
    SIGNATURE(0, "PAR1\x15", "a Parquet file"),
    SIGNATURE(0, "ARROW1", "an Arrow file"),
    SIGNATURE(0, "Obj\1", "an Avro file"),
    SIGNATURE(0, "\x80\2", "a pickle of Python"),
    SIGNATURE(0, "\x80\3", "a pickle of Python"),
    SIGNATURE(0, "\x80\4\x95", "a pickle of Python"),
    SIGNATURE(0, "\x80\5\x95", "a pickle of Python"),
    SIGNATURE(0,
              "\xFF"
              "BIOSEMI",
              "a BDF recording"),
    SIGNATURE(0, "fLaC", "a FLAC file of sound"),
    SIGNATURE(0, "OggS", "an Ogg file of sound"),
    SIGNATURE(0, "ID3\3", "an MP3 file of sound"),
    SIGNATURE(0, "ID3\4", "an MP3 file of sound"),
    SIGNATURE(0,
              "\x7F"
              "ELF",
              "a program (ELF)"),
    SIGNATURE(0, "MZ\x90\0", "a program of Windows"),
    SIGNATURE(0, "\xFF\xFE\0\0", "text in UTF-32"),
    SIGNATURE(0, "\0\0\xFE\xFF", "text in UTF-32"),
    SIGNATURE(0, "\xFF\xFE", "text in UTF-16"),
    SIGNATURE(0, "\xFE\xFF", "text in UTF-16"),
};

static bool begins(const uint8_t *bytes, size_t count, size_t at, const char *with, size_t length)
{
    return count >= at && count - at >= length && memcmp(bytes + at, with, length) == 0;
}

/* Two letters are not enough: the header's reserved bytes must be 0 too. */
static bool is_bmp(const uint8_t *bytes, size_t count)
{
    return count >= 26 && begins(bytes, count, 0, "BM", 2) && begins(bytes, count, 6, "\0\0\0\0", 4);
}

/* Records of `labels` labels and 3072 pixels, the first label below 20 (CIFAR-100 has as many coarse classes). The
 * first bytes of an IDX file fit too. */
static bool is_cifar(const uint8_t *bytes, size_t count, size_t labels)
{
    const size_t record = labels + 3072;
    bool fits = count > 0 && count % record == 0 && !begins(bytes, count, 0, "\0\0\x08", 3);
    for (size_t at = 0; fits && at < count; at += record)
        fits = bytes[at] < (labels == 1 ? 10 : 20) && bytes[at + labels - 1] < (labels == 1 ? 10 : 100);
    return fits;
}

/* UTF-16 without its mark: every other byte of plain English or numbers is 0. */
static bool is_utf16(const uint8_t *bytes, size_t count)
{
    const size_t looked_at = count < 64 ? count / 2 * 2 : 64;
    size_t zeros[2] = {0};
    for (size_t i = 0; i < looked_at; i++)
        zeros[i % 2] += bytes[i] == 0;
    return looked_at >= 4 &&
           ((zeros[0] == looked_at / 2 && zeros[1] == 0) || (zeros[1] == looked_at / 2 && zeros[0] == 0));
}

/* Text, but not the kind that a reader of numbers accepts. */
static const char *text_kind(const uint8_t *bytes, size_t count)
{
    static const struct signature texts[] = {
        SIGNATURE(0, "<?xml", "an XML file"),
        SIGNATURE(0, "<svg", "an SVG image"),
        SIGNATURE(0, "<", "an HTML page or XML file"),
        SIGNATURE(0, "{", "a JSON file"),
        SIGNATURE(0, "[", "a printed list or a JSON file"),
        SIGNATURE(0, "version https://git-lfs", "a pointer of Git LFS, not the file itself"),
    };
    size_t at = begins(bytes, count, 0, "\xEF\xBB\xBF", 3) ? 3 : 0;
    while (at < count && (bytes[at] == ' ' || bytes[at] == '\t' || bytes[at] == '\r' || bytes[at] == '\n'))
        at++;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (begins(bytes, count, at, texts[i].bytes, texts[i].length))
            return texts[i].kind;
    }
    return NULL;
}

const char *file_kind(const uint8_t *bytes, size_t count)
{
    for (size_t i = 0; i < sizeof signatures / sizeof signatures[0]; i++) {
        const struct signature *s = &signatures[i];
        const bool of_riff = s->at == 8; /* they all are */
        if (begins(bytes, count, s->at, s->bytes, s->length) && (!of_riff || begins(bytes, count, 0, "RIFF", 4)))
            return s->kind;
    }
    if (is_bmp(bytes, count))
        return "a BMP image";
    if (is_cifar(bytes, count, 1))
        return "a file of CIFAR-10's records (.bin)";
    if (is_cifar(bytes, count, 2))
        return "a file of CIFAR-100's records (.bin)";
    if (is_utf16(bytes, count))
        return "text in UTF-16";
    return text_kind(bytes, count);
}
