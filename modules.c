/* SPDX-License-Identifier: BSD-2-Clause */
/* What of IPsec a Linux kernel has as modules. */
#include <sys/utsname.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "dialect.h"
#include "modules.h"
#include "wire.h"

static const struct {
	uint16_t proto;
	uint8_t family;
	const char *module;
} modules[] = {
	{ UPPER_ESP, 4, "esp4" }, { UPPER_ESP, 6, "esp6" },
	{ UPPER_AH, 4, "ah4" }, { UPPER_AH, 6, "ah6" },
	{ UPPER_IPCOMP, 4, "ipcomp" }, { UPPER_IPCOMP, 6, "ipcomp6" },
	{ SADB_X_SATYPE_ROUTE2, 6, "mip6" }, { SADB_X_SATYPE_HAO, 6, "mip6" },
};

/* Whether a list of this kernel's modules has it; also if there is no list. */
static bool
is_in(const char *list, const char *module)
{
	char path[sizeof(((struct utsname *)0)->release) + 64];
	char line[4096], file[40];
	struct utsname system;
	bool found = false;
	FILE *f;

	if (uname(&system) != 0)
		return true;
	snprintf(path, sizeof(path), "/lib/modules/%s/%s", system.release,
	    list);
	snprintf(file, sizeof(file), "/%s.ko", module);
	f = fopen(path, "r");
	if (f == NULL)
		return true;
	while (!found && fgets(line, sizeof(line), f) != NULL)
		found = strstr(line, file) != NULL;
	fclose(f);
	return found;
}

bool
module_loaded(const char *module)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/module/%s", module);
	return dialect_host()->has_xfrm && access(path, F_OK) == 0;
}

const char *
module_missing(uint16_t proto, uint8_t family)
{
	const char *module = NULL;
	size_t i;

	for (i = 0; i < sizeof(modules) / sizeof(modules[0]); i++)
		if (modules[i].proto == proto && modules[i].family == family)
			module = modules[i].module;
	if (module == NULL || !dialect_host()->has_xfrm ||
	    module_loaded(module) || access("/sys/module", F_OK) != 0 ||
	    is_in("modules.builtin", module) || is_in("modules.dep", module))
		return NULL;
	return module;
}
