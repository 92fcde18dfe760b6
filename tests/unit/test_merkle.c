#include "tests/support/vectors.h"

#include <string.h>

#include "fv/merkle.h"

/* The eight leaves of the Certificate Transparency reference tests. */
static const char *const leaf_hex[8] = {"", "00", "10", "2021", "3031", "40414243",
    "5051525354555657", "606162636465666768696a6b6c6d6e6f"};
static const char root8_hex[] =
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328";

/* Leaf hashes from 0; nodes are computed anew each time. */
struct tree {
	struct fv_hash leaves[64];
};

static enum fv_err
get_node(uint32_t level, uint64_t idx, struct fv_hash *hash_out, void *ctx)
{
	struct tree *tree = ctx;
	struct fv_hash left, right;

	if (level == 0) {
		assert_true(idx < 64);
		*hash_out = tree->leaves[idx];
		return FV_OK;
	}
	assert_int_equal(get_node(level - 1, 2 * idx, &left, ctx), FV_OK);
	assert_int_equal(get_node(level - 1, 2 * idx + 1, &right, ctx), FV_OK);
	fv_merkle_node(&left, &right, hash_out);
	return FV_OK;
}

static void
eight_leaves(struct tree *tree)
{
	for (size_t i = 0; i < 8; i++) {
		struct fv_buf buf = {0};
		struct fv_span entry = vec_bytes(leaf_hex[i], &buf);

		fv_merkle_leaf(&entry, 1, &tree->leaves[i]);
		fv_buf_clear(&buf);
	}
}

static void
many_leaves(struct tree *tree)
{
	for (uint8_t i = 0; i < 64; i++) {
		struct fv_span entry = fv_span_of(&i, 1);

		fv_merkle_leaf(&entry, 1, &tree->leaves[i]);
	}
}

static struct fv_hash
root_of(const struct tree *tree, uint64_t size)
{
	struct fv_merkle_range range = {0};
	struct fv_hash root;

	for (uint64_t i = 0; i < size; i++)
		fv_merkle_range_append(&range, &tree->leaves[i]);
	fv_merkle_range_root(&range, &root);
	return root;
}

static void
assert_hash_hex(const struct fv_hash *hash, const char *hex)
{
	struct fv_buf buf = {0};

	fv_buf_put_hex(&buf, hash->b, sizeof hash->b);
	assert_string_equal(fv_buf_z(&buf), hex);
	fv_buf_clear(&buf);
}

static void
the_classic_eight_leaves_give_the_published_roots(void **state)
{
	struct tree tree;
	struct fv_hash root;

	(void)state;
	eight_leaves(&tree);
	root = root_of(&tree, 0);
	assert_hash_hex(
	    &root, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	root = root_of(&tree, 1);
	assert_hash_hex(
	    &root, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
	root = root_of(&tree, 8);
	assert_hash_hex(&root, root8_hex);
}

static void
a_leaf_in_parts_hashes_as_a_whole(void **state)
{
	struct fv_span parts[3], whole = fv_span_z("abcdef");
	struct fv_hash a, b;

	(void)state;
	parts[0] = fv_span_z("ab");
	parts[1] = fv_span_z("");
	parts[2] = fv_span_z("cdef");
	fv_merkle_leaf(parts, 3, &a);
	fv_merkle_leaf(&whole, 1, &b);
	assert_memory_equal(&a, &b, sizeof a);
}

static void
every_inclusion_proof_of_64_sizes_verifies(void **state)
{
	struct fv_hash proof[FV_MERKLE_PROOF_MAX], root;
	struct tree tree;
	size_t count;

	(void)state;
	many_leaves(&tree);
	for (uint64_t size = 1; size <= 64; size++) {
		root = root_of(&tree, size);
		for (uint64_t i = 0; i < size; i++) {
			assert_int_equal(
			    fv_merkle_prove_inclusion(i, size, get_node, &tree, proof, &count),
			    FV_OK);
			assert_int_equal(fv_merkle_verify_inclusion(
					     i, size, &tree.leaves[i], proof, count, &root),
			    FV_OK);
			assert_int_equal(fv_merkle_verify_inclusion(i, size + 64,
					     &tree.leaves[i], proof, count, &root),
			    FV_EAUTH);
			if (count > 0)
				assert_int_equal(fv_merkle_verify_inclusion(i, size,
						     &tree.leaves[i], proof, count - 1, &root),
				    FV_EAUTH);
		}
	}
}

static void
every_consistency_proof_of_64_sizes_verifies(void **state)
{
	struct fv_hash proof[FV_MERKLE_PROOF_MAX], root1, root2;
	struct tree tree;
	size_t count;

	(void)state;
	many_leaves(&tree);
	for (uint64_t size2 = 1; size2 <= 64; size2++) {
		root2 = root_of(&tree, size2);
		for (uint64_t size1 = 1; size1 <= size2; size1++) {
			root1 = root_of(&tree, size1);
			assert_int_equal(fv_merkle_prove_consistency(
					     size1, size2, get_node, &tree, proof, &count),
			    FV_OK);
			assert_int_equal(count == 0, size1 == size2);
			assert_int_equal(fv_merkle_verify_consistency(
					     size1, size2, &root1, &root2, proof, count),
			    FV_OK);
			root1.b[31] ^= 1;
			assert_int_equal(fv_merkle_verify_consistency(
					     size1, size2, &root1, &root2, proof, count),
			    FV_EAUTH);
		}
	}
}

static void
a_proof_about_no_leaf_is_refused(void **state)
{
	struct fv_hash proof[FV_MERKLE_PROOF_MAX], root;
	struct tree tree;
	size_t count = 1;

	(void)state;
	many_leaves(&tree);
	root = root_of(&tree, 8);
	assert_int_equal(
	    fv_merkle_prove_inclusion(8, 8, get_node, &tree, proof, &count), FV_ERANGE);
	assert_int_equal(count, 0);
	assert_int_equal(
	    fv_merkle_prove_inclusion(0, UINT64_MAX, get_node, &tree, proof, &count),
	    FV_ERANGE);
	assert_int_equal(
	    fv_merkle_prove_consistency(0, 8, get_node, &tree, proof, &count), FV_ERANGE);
	assert_int_equal(
	    fv_merkle_prove_consistency(9, 8, get_node, &tree, proof, &count), FV_ERANGE);
	assert_int_equal(fv_merkle_verify_consistency(0, 8, &root, &root, NULL, 0), FV_EAUTH);
	assert_int_equal(fv_merkle_verify_consistency(9, 8, &root, &root, NULL, 0), FV_EAUTH);
	assert_int_equal(
	    fv_merkle_verify_inclusion(0, 0, &tree.leaves[0], NULL, 0, &root), FV_EAUTH);
}

static void
decode64(const char *text, struct fv_hash *out, size_t *len_out)
{
	assert_int_equal(
	    fv_base64_decode_into(fv_span_z(text), out->b, sizeof out->b, len_out), FV_OK);
}

/* False when an element is no hash or there are more than a proof can have. */
static bool
load_proof(const json_t *list, struct fv_hash *proof, size_t *count_out)
{
	size_t len;

	*count_out = json_array_size(list);
	if (*count_out > FV_MERKLE_PROOF_MAX)
		return false;
	for (size_t i = 0; i < *count_out; i++) {
		decode64(json_string_value(json_array_get(list, i)), &proof[i], &len);
		if (len != sizeof proof->b)
			return false;
	}
	return true;
}

/*
 * Length of the value.  Some published consistency roots are shorter than a hash; zeros
 * keep equal ones equal.
 */
static size_t
load_hash(const json_t *entry, const char *key, struct fv_hash *out)
{
	const char *text = json_string_value(json_object_get(entry, key));
	size_t len = 0;

	memset(out, 0, sizeof *out);
	if (text != NULL)
		decode64(text, out, &len);
	assert_true(len <= sizeof out->b);
	return len;
}

static void
published_inclusion_vectors_agree(void **state)
{
	json_t *root = vec_load("merkle/inclusion.json");
	json_t *entry;
	size_t i;

	(void)state;
	assert_int_equal(json_array_size(root), 98);
	json_array_foreach(root, i, entry)
	{
		struct fv_hash proof[FV_MERKLE_PROOF_MAX], leaf, want;
		size_t count;
		bool good = load_hash(entry, "leafHash", &leaf) == 32 &&
		    load_hash(entry, "root", &want) == 32 &&
		    load_proof(json_object_get(entry, "proof"), proof, &count);

		good = good &&
		    fv_merkle_verify_inclusion(vec_uint(entry, "leafIdx"),
			vec_uint(entry, "treeSize"), &leaf, proof, count, &want) == FV_OK;
		if (good == json_is_true(vec_get(entry, "wantErr")))
			fail_msg("%s", vec_str(entry, "file"));
	}
	json_decref(root);
}

/* The three size-0 files want an error, or (empty proof) leave it to the caller: ours says no.
 */
static void
published_consistency_vectors_agree(void **state)
{
	json_t *root = vec_load("merkle/consistency.json");
	size_t i, size0 = 0;
	json_t *entry;

	(void)state;
	assert_int_equal(json_array_size(root), 98);
	json_array_foreach(root, i, entry)
	{
		struct fv_hash proof[FV_MERKLE_PROOF_MAX], root1, root2;
		size_t count;
		uint64_t size1 = vec_uint(entry, "size1");
		bool good = load_proof(json_object_get(entry, "proof"), proof, &count);

		(void)load_hash(entry, "root1", &root1);
		(void)load_hash(entry, "root2", &root2);
		good = good &&
		    fv_merkle_verify_consistency(size1, vec_uint(entry, "size2"), &root1,
			&root2, proof, count) == FV_OK;
		if (size1 == 0) {
			size0++;
			assert_false(good);
		}
		if (good == json_is_true(vec_get(entry, "wantErr")))
			fail_msg("%s", vec_str(entry, "file"));
	}
	assert_true(size0 >= 3);
	json_decref(root);
}

static void
check_proofs(const json_t *list, struct tree *tree, bool inclusion)
{
	const json_t *entry;
	size_t i;

	assert_true(json_array_size(list) > 0);
	json_array_foreach(list, i, entry)
	{
		const json_t *want = vec_get(entry, "proof");
		struct fv_hash proof[FV_MERKLE_PROOF_MAX];
		size_t count;

		if (inclusion)
			assert_int_equal(
			    fv_merkle_prove_inclusion(vec_uint(entry, "index"),
				vec_uint(entry, "size"), get_node, tree, proof, &count),
			    FV_OK);
		else
			assert_int_equal(
			    fv_merkle_prove_consistency(vec_uint(entry, "size1"),
				vec_uint(entry, "size2"), get_node, tree, proof, &count),
			    FV_OK);
		assert_int_equal(count, json_array_size(want));
		for (size_t k = 0; k < count; k++)
			assert_hash_hex(&proof[k], json_string_value(json_array_get(want, k)));
	}
}

static void
proofs_over_the_eight_leaves_equal_the_published(void **state)
{
	json_t *root = vec_load("merkle/rfc6962-eight-leaves-derived.json");
	const json_t *roots = vec_get(root, "roots_hex");
	struct tree tree;

	(void)state;
	eight_leaves(&tree);
	for (size_t i = 0; i <= 8; i++) {
		struct fv_hash got = root_of(&tree, i);

		assert_hash_hex(&got, json_string_value(json_array_get(roots, i)));
	}
	check_proofs(vec_get(root, "inclusion"), &tree, true);
	check_proofs(vec_get(root, "consistency"), &tree, false);
	json_decref(root);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_classic_eight_leaves_give_the_published_roots),
	    cmocka_unit_test(a_leaf_in_parts_hashes_as_a_whole),
	    cmocka_unit_test(every_inclusion_proof_of_64_sizes_verifies),
	    cmocka_unit_test(every_consistency_proof_of_64_sizes_verifies),
	    cmocka_unit_test(a_proof_about_no_leaf_is_refused),
	    cmocka_unit_test(published_inclusion_vectors_agree),
	    cmocka_unit_test(published_consistency_vectors_agree),
	    cmocka_unit_test(proofs_over_the_eight_leaves_equal_the_published),
	};

	return cmocka_run_group_tests_name("merkle", tests, NULL, NULL);
}
