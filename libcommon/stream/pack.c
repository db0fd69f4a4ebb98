#include "stream/pack.h"

#include <math.h>
#include <msgpack.h>
#include <string.h>

static int to_output(void *data, const char *bytes, size_t size)
{
    output_write(data, bytes, size);
    return 0;
}

static int to_count(void *data, const char *bytes, size_t size)
{
    (void)bytes;
    *(size_t *)data += size;
    return 0;
}

static msgpack_packer packer(struct output *out)
{
    msgpack_packer pk;
    msgpack_packer_init(&pk, out, to_output);
    return pk;
}

void pack_map(struct output *out, size_t fields)
{
    msgpack_packer pk = packer(out);
    msgpack_pack_map(&pk, fields);
}

void pack_list(struct output *out, size_t elements)
{
    msgpack_packer pk = packer(out);
    msgpack_pack_array(&pk, elements);
}

void pack_str(struct output *out, struct str s)
{
    msgpack_packer pk = packer(out);
    msgpack_pack_str(&pk, s.n);
    msgpack_pack_str_body(&pk, s.p, s.n);
}

void pack_key(struct output *out, const char *key)
{
    pack_str(out, (struct str){key, strlen(key)});
}

void pack_uint(struct output *out, uint64_t value)
{
    msgpack_packer pk = packer(out);
    msgpack_pack_uint64(&pk, value);
}

void pack_bool(struct output *out, bool value)
{
    msgpack_packer pk = packer(out);
    if (value)
        msgpack_pack_true(&pk);
    else
        msgpack_pack_false(&pk);
}

void pack_double(struct output *out, double value)
{
    msgpack_packer pk = packer(out);
    msgpack_pack_double(&pk, value);
}

void pack_number(struct output *out, double value)
{
    if (value >= 0 && value < 9e15 && value == floor(value))
        pack_uint(out, (uint64_t)value);
    else
        pack_double(out, value);
}

void pack_object(struct output *out, const void *object)
{
    msgpack_packer pk = packer(out);
    msgpack_pack_object(&pk, *(const msgpack_object *)object);
}

size_t pack_object_size(const void *object)
{
    size_t size = 0;
    msgpack_packer pk;
    msgpack_packer_init(&pk, &size, to_count);
    msgpack_pack_object(&pk, *(const msgpack_object *)object);
    return size;
}

static void put_bin(struct output *out, const char *bytes)
{
    msgpack_packer pk = packer(out);
    size_t n = strlen(bytes);
    msgpack_pack_bin(&pk, n);
    msgpack_pack_bin_body(&pk, bytes, n);
}

void pack_array_head(struct output *out, const struct array_type *type, unsigned ndim, size_t rows,
                     size_t cols)
{
    pack_map(out, 5);
    put_bin(out, "nd");
    pack_bool(out, true);
    put_bin(out, "type");
    pack_key(out, type->name);
    put_bin(out, "kind");
    put_bin(out, "");
    put_bin(out, "shape");
    pack_list(out, ndim);
    if (ndim > 1)
        pack_uint(out, rows);
    pack_uint(out, cols);
    put_bin(out, "data");
    msgpack_packer pk = packer(out);
    msgpack_pack_bin(&pk, (ndim > 1 ? rows : 1) * cols * type->size);
}

void pack_vector(struct output *out, const double *v, size_t n)
{
    pack_array_head(out, &array_double, 1, 1, n);
    output_write(out, v, n * sizeof *v);
}
