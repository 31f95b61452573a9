/* SPDX-License-Identifier: BSD-3-Clause */
#include "mip4/auth.h"

static const enum keyed_hash hashes[] = {
	[MIP4_HMAC_MD5] = KEYED_HASH_HMAC_MD5,
	[MIP4_HMAC_SHA1] = KEYED_HASH_HMAC_SHA1,
	[MIP4_HMAC_SHA256] = KEYED_HASH_HMAC_SHA256,
	[MIP4_KEYED_MD5] = KEYED_HASH_MD5,
};

size_t mip4_auth_octets(const struct mip4_association *association)
{
	return keyed_hash_octets(hashes[association->algorithm]);
}

size_t mip4_auth_extension_octets(const struct mip4_association *association)
{
	return MIP4_AUTH_OVERHEAD + mip4_auth_octets(association);
}

size_t mip4_auth_compute(const struct mip4_association *association, const uint8_t *data,
			 size_t octets, uint8_t out[static MIP4_AUTHENTICATOR_MAX])
{
	return keyed_hash_compute(hashes[association->algorithm], association->key,
				  association->key_octets, data, octets, out);
}

bool mip4_auth_verify(const struct mip4_association *association, struct cursor message,
		      const struct mip4_auth_extension *extension)
{
	uint8_t expected[MIP4_AUTHENTICATOR_MAX];
	bool is_right;

	if (extension->count == 0 || extension->spi != association->spi ||
	    extension->octets != mip4_auth_octets(association))
		return false;
	is_right = mip4_auth_compute(association, message.at, extension->covered, expected) != 0 &&
		   keyed_hash_equal(expected, extension->authenticator, extension->octets);
	keyed_hash_wipe(expected, sizeof(expected));
	return is_right;
}

bool mip4_auth_append(enum mip4_extension_type type, const struct mip4_association *association,
		      const uint8_t *start, struct writer *w)
{
	size_t octets = mip4_auth_octets(association);
	uint8_t authenticator[MIP4_AUTHENTICATOR_MAX];
	bool is_done;

	if (writer_left(w) < MIP4_AUTH_OVERHEAD + octets || !writer_u8(w, (uint8_t)type) ||
	    !writer_u8(w, (uint8_t)(MIP4_AUTH_OVERHEAD - 2 + octets)) ||
	    !writer_u32(w, association->spi))
		return false;
	is_done = mip4_auth_compute(association, start, (size_t)(w->at - start), authenticator) !=
			  0 &&
		  writer_bytes(w, authenticator, octets);
	keyed_hash_wipe(authenticator, sizeof(authenticator));
	return is_done;
}
