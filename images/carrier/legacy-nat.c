/*
 * legacy-nat  prints REDIRECT or DNAT and succeeds if rules of iptables-legacy redirect inbound traffic of this network
 * namespace; nft does not list these rules. Needs CAP_NET_ADMIN only: iptables' own programs open a raw socket, which needs
 * another capability. A table that is not in use is not queried, because that would create it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <linux/netfilter_ipv4/ip_tables.h>

static int in_use(const char *table)
{
    char line[64];
    int found = 0;
    FILE *names = fopen("/proc/net/ip_tables_names", "r");

    while (names != NULL && !found && fgets(line, sizeof(line), names) != NULL) {
        line[strcspn(line, "\n")] = 0;
        found = strcmp(line, table) == 0;
    }
    return found;
}

static int fail(const char *what)
{
    fprintf(stderr, "legacy-nat: %s: %s\n", what, strerror(errno));
    return 2;
}

int main(void)
{
    struct ipt_getinfo info = { .name = "nat" };
    socklen_t length = sizeof(info);
    struct ipt_get_entries *entries;
    int s;

    if (!in_use(info.name)) {
        return 1;
    }
    s = socket(AF_INET, SOCK_DGRAM, 0);
    if (s < 0 || getsockopt(s, IPPROTO_IP, IPT_SO_GET_INFO, &info, &length) < 0) {
        return fail("table nat");
    }
    /* The chain has only its policy. */
    if (info.hook_entry[NF_INET_PRE_ROUTING] == info.underflow[NF_INET_PRE_ROUTING]) {
        return 1;
    }
    length = sizeof(*entries) + info.size;
    entries = calloc(1, length);
    if (entries == NULL) {
        return fail("memory");
    }
    strcpy(entries->name, info.name);
    entries->size = info.size;
    if (getsockopt(s, IPPROTO_IP, IPT_SO_GET_ENTRIES, entries, &length) < 0) {
        return fail("entries of table nat");
    }
    for (unsigned int at = 0; at < info.size;) {
        struct ipt_entry *entry = (void *) ((char *) entries->entrytable + at);
        struct xt_entry_target *target = (void *) ((char *) entry + entry->target_offset);
        const char *name = target->u.user.name;

        if (strcmp(name, "REDIRECT") == 0 || strcmp(name, "DNAT") == 0) {
            puts(name);
            return 0;
        }
        at += entry->next_offset;
    }
    return 1;
}
