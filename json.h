/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * -o json: the writer (RFC 8259), and the records of the databases by it.  What
 * the members mean is in setkey.schema.json and in the manual.
 */
#ifndef JSON_H
#define JSON_H

#include "print.h"

#define JSON_VERSION	1		/* "setkey_json" */
#define JSON_DEPTH	8

/* A document on its way to a struct text, which has no memory of the past. */
struct json {
	struct text *t;
	const struct dialect *dialect;
	const struct print_style *style;
	unsigned depth;
	bool filled[JSON_DEPTH];	/* something is in there already */
	struct text name;		/* for the names of entries */
};

/* ---- the writer; a NULL name is for what stands in an array ---- */

void json_init(struct json *, struct text *, const struct dialect *,
    const struct print_style *);

/* An object or an array, at most JSON_DEPTH in each other. */
void json_object(struct json *, const char *name);
void json_array(struct json *, const char *name);
void json_end_object(struct json *);
void json_end_array(struct json *);

/* A new line before what comes next, or before the end of an array. */
void json_newline(struct json *);

void json_null(struct json *, const char *name);
void json_bool(struct json *, const char *name, bool);
void json_number(struct json *, const char *name, uint64_t);
/* Null for 0, where that means "none". */
void json_number_or_null(struct json *, const char *name, uint64_t);
/* "0x0000002a" */
void json_hex32(struct json *, const char *name, uint32_t);
/* Octets of a key or a message, as lower case digits. */
void json_octets(struct json *, const char *name, const void *, size_t);

/*
 * A text of the program's own; json_text() takes octets from elsewhere.  What
 * is not UTF-8 of them becomes U+FFFD, and NAME_hex has all of them then.
 */
void json_string(struct json *, const char *name, const char *);
void json_text(struct json *, const char *name, const char *, size_t);

/*
 * UNIX time in seconds as the members NAME (RFC 3339, UTC) and NAME_s; both
 * null for 0, which is "never".
 */
void json_time(struct json *, const char *name, uint64_t);

/* The same with microseconds, and NAME_us. */
void json_time_us(struct json *, const char *name, uint64_t us);

/* ---- records (json_record.c) ---- */

/* An SA or a policy as an object. */
void json_sa(struct json *, const char *name, const struct sa *);
void json_policy(struct json *, const char *name, const struct policy *);

/* What becomes of packets without a policy; nothing if that is not known. */
void json_defaults(struct json *, const char *name, const struct defaults *);

/* One rule, the members of an object that is open; an address, or null. */
void json_rule(struct json *, const struct rule *);
void json_addr(struct json *, const char *name, const struct addr *);

/*
 * The document of a dump: what comes before the records (of policies with the
 * defaults), and after them.  error is NULL for a dump that is whole.
 */
void json_begin_dump(struct json *, bool policies, const char *channel,
    const struct defaults *);
void json_end_dump(struct json *, uint64_t count, const char *error);

#endif
