/* SPDX-License-Identifier: BSD-3-Clause */
#include "load/nodes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

static void put_u32(uint8_t *at, uint32_t value)
{
	value = htonl(value);
	memcpy(at, &value, sizeof(value));
}

static uint32_t get_u32(const uint8_t *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return ntohl(value);
}

struct ip_addr node_home(const struct options *options, uint32_t i)
{
	struct ip_addr home = options->home_prefix.addr;

	put_u32(&home.bytes[12], get_u32(&home.bytes[12]) | (i + 1));
	return home;
}

struct ip_addr node_care_of(const struct options *options, uint32_t i, uint32_t number)
{
	struct ip_addr care_of = options->care_of_prefix.addr;

	if (ip_addr_is_v4_mapped(&care_of)) {
		put_u32(&care_of.bytes[12],
			get_u32(&care_of.bytes[12]) | (i + 1) << NODE_CARE_OF_BITS4 | number);
		return care_of;
	}
	put_u32(&care_of.bytes[8], i + 1);
	put_u32(&care_of.bytes[12], number);
	return care_of;
}

uint8_t node_identifier(uint32_t i, char text[static NODE_IDENTIFIER_TEXT])
{
	return (uint8_t)snprintf(text, NODE_IDENTIFIER_TEXT, "n%u@load", i + 1);
}

uint32_t node_by_home(const struct options *options, const struct ip_addr *home)
{
	const struct ip_addr *prefix = &options->home_prefix.addr;
	uint32_t number = get_u32(&home->bytes[12]) ^ get_u32(&prefix->bytes[12]);

	if (memcmp(home->bytes, prefix->bytes, 12) != 0)
		return NODE_NONE;
	return number >= 1 && number <= options->count ? number - 1 : NODE_NONE;
}

static uint32_t node_by_care_of4(const struct options *options, const struct ip_addr *care_of,
				 uint32_t *number)
{
	const struct ip_addr *prefix = &options->care_of_prefix.addr;
	uint32_t rest = get_u32(&care_of->bytes[12]) ^ get_u32(&prefix->bytes[12]);
	uint32_t node = rest >> NODE_CARE_OF_BITS4;

	if (memcmp(care_of->bytes, prefix->bytes, 12) != 0)
		return NODE_NONE;
	*number = rest & ((1u << NODE_CARE_OF_BITS4) - 1);
	return node >= 1 && node <= options->count ? node - 1 : NODE_NONE;
}

uint32_t node_by_care_of(const struct options *options, const struct ip_addr *care_of,
			 uint32_t *number)
{
	uint32_t node = get_u32(&care_of->bytes[8]);

	if (ip_addr_is_v4_mapped(&options->care_of_prefix.addr))
		return node_by_care_of4(options, care_of, number);
	if (memcmp(care_of->bytes, options->care_of_prefix.addr.bytes, 8) != 0)
		return NODE_NONE;
	*number = get_u32(&care_of->bytes[12]);
	return node >= 1 && node <= options->count ? node - 1 : NODE_NONE;
}

/* The first 16 octets of SHA1("mnload" | number): nothing to keep between runs. */
static bool make_key(EVP_MD_CTX *hash, const EVP_MD *sha1, uint32_t i,
		     uint8_t key[static NODE_KEY_OCTETS])
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	uint8_t number[4];

	put_u32(number, i + 1);
	if (EVP_DigestInit_ex2(hash, sha1, NULL) != 1 || EVP_DigestUpdate(hash, "mnload", 6) != 1 ||
	    EVP_DigestUpdate(hash, number, sizeof(number)) != 1 ||
	    EVP_DigestFinal_ex(hash, digest, NULL) != 1)
		return false;
	memcpy(key, digest, NODE_KEY_OCTETS);
	return true;
}

static bool make_keys(struct node *nodes, uint32_t count)
{
	EVP_MD *sha1 = EVP_MD_fetch(NULL, "SHA1", NULL);
	EVP_MD_CTX *hash = EVP_MD_CTX_new();
	bool good = sha1 != NULL && hash != NULL;

	for (uint32_t i = 0; good && i < count; i++)
		good = make_key(hash, sha1, i, nodes[i].key);
	EVP_MD_CTX_free(hash);
	EVP_MD_free(sha1);
	return good;
}

struct node *nodes_make(const struct options *options)
{
	struct node *nodes = calloc(options->count, sizeof(*nodes));

	if (nodes == NULL)
		return NULL;
	if (!make_keys(nodes, options->count)) {
		free(nodes);
		return NULL;
	}
	for (uint32_t i = 0; i < options->count; i++) {
		nodes[i].waits_for = PHASE_NONE;
		/* Spread, so that some pass 65535 (RFC 6275 §9.5.1: comparison modulo 2^16). */
		nodes[i].sequence = (uint16_t)(i * 7919u);
	}
	return nodes;
}

void nodes_free(struct node *nodes, uint32_t count)
{
	if (nodes != NULL)
		OPENSSL_cleanse(nodes, count * sizeof(*nodes));
	free(nodes);
}

static void write_node(FILE *file, const struct options *options, const struct node *node,
		       uint32_t i)
{
	struct ip_addr home = node_home(options, i);
	char identifier[NODE_IDENTIFIER_TEXT];
	char text[IP_ADDR_TEXT];

	node_identifier(i, identifier);
	fprintf(file, "{\"home_address\":\"%s\",\"identifier\":\"%s\",\"spi\":%u,\"key\":\"",
		ip_addr_format(&home, text), identifier, NODE_SPI);
	for (int k = 0; k < NODE_KEY_OCTETS; k++)
		fprintf(file, "%02x", node->key[k]);
	fprintf(file, "\",\"replay\":\"%s\"%s}\n", options->timestamps ? "timestamp" : "sequence",
		options->node_fields != NULL ? options->node_fields : "");
}

int nodes_write(const struct options *options)
{
	struct node *nodes = nodes_make(options);
	FILE *file = NULL;
	int rc = 0;
	int fd;

	if (nodes == NULL)
		return -ENOMEM;
	fd = open(options->write_mobile_nodes, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd >= 0 && fchmod(fd, 0600) == 0)
		file = fdopen(fd, "w");
	if (file == NULL) {
		rc = -errno;
		if (fd >= 0)
			close(fd);
		goto free_nodes;
	}
	for (uint32_t i = 0; i < options->count; i++)
		write_node(file, options, &nodes[i], i);
	if (ferror(file) != 0)
		rc = -EIO;
	if (fclose(file) != 0)
		rc = -errno;
free_nodes:
	nodes_free(nodes, options->count);
	return rc;
}
