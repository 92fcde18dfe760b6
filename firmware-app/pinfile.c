/*
 * DIR/keys/NAME: "FVPIN1" 0 0, u32be ops, u64be bytes of memory, salt16, and the sealed
 * 32-byte key; all before the last is the additional data.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <unistd.h>

#include "firmware-app/pin.h"
#include "fv/sync.h"

#define SALT_BYTES 16U
#define HEAD_BYTES (8U + 4U + 8U + SALT_BYTES)
#define FILE_BYTES (HEAD_BYTES + FV_KEY_BYTES + FV_TAG_BYTES)
#define MEM_MAX (UINT64_C(1) << 30)
#define OPS_MAX 16U

static const uint8_t magic[8] = {'F', 'V', 'P', 'I', 'N', '1', 0, 0};
static const uint8_t nonce[FV_NONCE_BYTES]; /* zero: each salt makes a key used once */

/* Argon2id in a child, which hands the key over and ends with its memory. */
static enum fv_err
derive(struct fv_span pin, const uint8_t salt[SALT_BYTES], uint32_t ops, uint64_t mem_bytes,
    uint8_t key_out[FV_KEY_BYTES])
{
	uint8_t key[FV_KEY_BYTES];
	int fds[2], status = -1;
	size_t got = 0;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) != 0)
		return FV_EIO;
	if ((pid = fork()) == 0) {
		if (fv_argon2id(pin, salt, ops, (size_t)mem_bytes, key) != FV_OK ||
		    write(fds[1], key, sizeof key) != (ssize_t)sizeof key)
			_exit(1);
		_exit(0);
	}
	close(fds[1]);
	while (pid > 0 && got < FV_KEY_BYTES) {
		ssize_t n = read(fds[0], key_out + got, FV_KEY_BYTES - got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		got += (size_t)n;
	}
	close(fds[0]);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	return got == FV_KEY_BYTES ? FV_OK : FV_ENOMEM;
}

static uint64_t
pick_memory(void)
{
	struct sysinfo info;

	if (sysinfo(&info) == 0 &&
	    (uint64_t)info.totalram * info.mem_unit < (UINT64_C(1) << 30))
		return FV_PIN_MEM_SMALL_BYTES;
	return FV_PIN_MEM_BYTES;
}

static enum fv_err
put_path(const char *dir, const char *name, const char *suffix, struct fv_buf *out)
{
	fv_buf_putf(out, "%s/%s/%s%s", dir, FV_PIN_FOLDER, name, suffix);
	return fv_buf_z(out) != NULL ? FV_OK : FV_ENOMEM;
}

static enum fv_err
sync_folder(const char *dir)
{
	struct fv_buf path = {0};
	enum fv_err rc = FV_EIO;
	int fd = -1;

	fv_buf_putf(&path, "%s/%s", dir, FV_PIN_FOLDER);
	if (fv_buf_z(&path) != NULL)
		fd = open(fv_buf_z(&path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		rc = fsync(fd) == 0 ? FV_OK : FV_EIO;
		close(fd);
	}
	fv_buf_clear(&path);
	return rc;
}

static enum fv_err
write_file(const char *dir, const char *name, const uint8_t bytes[FILE_BYTES])
{
	struct fv_buf folder = {0}, path = {0}, fresh = {0};
	int fd = -1;
	enum fv_err rc = FV_ENOMEM;

	fv_buf_putf(&folder, "%s/%s", dir, FV_PIN_FOLDER);
	if (fv_buf_z(&folder) == NULL || put_path(dir, name, "", &path) != FV_OK ||
	    put_path(dir, name, ".new", &fresh) != FV_OK)
		goto cleanup;
	rc = FV_EIO;
	if (mkdir(fv_buf_z(&folder), 0700) != 0 && errno != EEXIST)
		goto cleanup;
	fd = open(fv_buf_z(&fresh), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		goto cleanup;
	if (write(fd, bytes, FILE_BYTES) != (ssize_t)FILE_BYTES || fsync(fd) != 0) {
		rc = errno == ENOSPC ? FV_EFULL : FV_EIO;
		goto cleanup;
	}
	if (rename(fv_buf_z(&fresh), fv_buf_z(&path)) == 0)
		rc = sync_folder(dir);
cleanup:
	if (fd >= 0)
		close(fd);
	fv_buf_clear(&folder);
	fv_buf_clear(&path);
	fv_buf_clear(&fresh);
	return rc;
}

enum fv_err
fv_pin_set(
    const char *dir, const char *name, struct fv_span pin, const uint8_t key_in[FV_KEY_BYTES])
{
	uint8_t bytes[FILE_BYTES], key[FV_KEY_BYTES] = {0};
	enum fv_err rc;

	memcpy(bytes, magic, sizeof magic);
	fv_store_u32be(bytes + 8, FV_PIN_OPS);
	fv_store_u64be(bytes + 12, pick_memory());
	fv_random_fill(fv_random_system(), bytes + 20, SALT_BYTES);
	rc = derive(pin, bytes + 20, FV_PIN_OPS, fv_load_u64be(bytes + 12), key);
	if (rc == FV_OK) {
		fv_aead_seal(key, nonce, fv_span_of(bytes, HEAD_BYTES),
		    fv_span_of(key_in, FV_KEY_BYTES), bytes + HEAD_BYTES);
		rc = write_file(dir, name, bytes);
	}
	fv_wipe(key, sizeof key);
	return rc;
}

static enum fv_err
read_file(const char *dir, const char *name, uint8_t bytes[FILE_BYTES])
{
	struct fv_buf path = {0};
	enum fv_err rc = put_path(dir, name, "", &path);
	int fd;

	if (rc == FV_OK) {
		fd = open(fv_buf_z(&path), O_RDONLY | O_CLOEXEC);
		if (fd < 0) {
			rc = errno == ENOENT ? FV_ENOENT : FV_EIO;
		} else {
			rc = read(fd, bytes, FILE_BYTES) == (ssize_t)FILE_BYTES ? FV_OK
										: FV_ECORRUPT;
			close(fd);
		}
	}
	fv_buf_clear(&path);
	return rc;
}

enum fv_err
fv_pin_open(
    const char *dir, const char *name, struct fv_span pin, uint8_t key_out[FV_KEY_BYTES])
{
	uint8_t bytes[FILE_BYTES], key[FV_KEY_BYTES] = {0};
	uint64_t mem_bytes;
	uint32_t ops;
	enum fv_err rc;

	memset(key_out, 0, FV_KEY_BYTES);
	if ((rc = read_file(dir, name, bytes)) != FV_OK)
		return rc;
	ops = fv_load_u32be(bytes + 8);
	mem_bytes = fv_load_u64be(bytes + 12);
	if (memcmp(bytes, magic, sizeof magic) != 0 || ops == 0 || ops > OPS_MAX ||
	    mem_bytes < 8192 || mem_bytes > MEM_MAX)
		return FV_ECORRUPT;
	if ((rc = derive(pin, bytes + 20, ops, mem_bytes, key)) == FV_OK)
		rc = fv_aead_open(key, nonce, fv_span_of(bytes, HEAD_BYTES),
		    fv_span_of(bytes + HEAD_BYTES, FILE_BYTES - HEAD_BYTES), key_out);
	fv_wipe(key, sizeof key);
	return rc;
}

/* Overwrite, sync, unlink: what flash keeps of it is beyond any program. */
void
fv_pin_erase(const char *dir, const char *name)
{
	static const uint8_t zero[FILE_BYTES];
	struct fv_buf path = {0};
	int fd;

	if (put_path(dir, name, "", &path) == FV_OK &&
	    (fd = open(fv_buf_z(&path), O_WRONLY | O_CLOEXEC)) >= 0) {
		if (write(fd, zero, sizeof zero) > 0)
			fsync(fd);
		close(fd);
		unlink(fv_buf_z(&path));
		if (sync_folder(dir) != FV_OK)
			fputs(
			    "fieldvisit: keys: could not be synced after the wipe\n", stderr);
	}
	fv_buf_clear(&path);
}

void
fv_pin_erase_all(const char *dir)
{
	struct fv_buf path = {0};
	struct dirent *entry;
	DIR *folder = NULL;

	fv_buf_putf(&path, "%s/%s", dir, FV_PIN_FOLDER);
	if (fv_buf_z(&path) != NULL)
		folder = opendir(fv_buf_z(&path));
	while (folder != NULL && (entry = readdir(folder)) != NULL) {
		if (entry->d_name[0] != '.')
			fv_pin_erase(dir, entry->d_name);
	}
	if (folder != NULL)
		closedir(folder);
	fv_buf_clear(&path);
}

static enum fv_err
on_order(const struct fv_item_row *row, void *ctx)
{
	(void)row;
	*(bool *)ctx = true;
	return FV_OK;
}

void
fv_pin_finish_wipe(struct fv_app *app)
{
	bool is_ordered = false;
	int64_t is_wiped;

	/* An order is kept with the answer that brought it, and obeyed after that. */
	if (fv_store_get_int(app->store, FV_SET_WIPED, &is_wiped) == FV_ENOENT &&
	    fv_store_each_item(app->store, FV_ITEM_WIPE, on_order, &is_ordered) == FV_OK &&
	    is_ordered && fv_pin_wipe(app, FV_LOCK_ORDER) != FV_OK)
		fputs("fieldvisit: the order to wipe could not be obeyed yet\n", stderr);
	if (fv_store_get_int(app->store, FV_SET_WIPED, &is_wiped) == FV_OK && is_wiped != 0)
		fv_pin_erase_all(app->dir);
}
