################################################################################
#
# fieldvisit
#
################################################################################

# The tree that this external tree lies in.  A site that builds from a tarball sets
# FIELDVISIT_SITE and FIELDVISIT_SOURCE, and adds the tarball's line to fieldvisit.hash.
FIELDVISIT_VERSION = 0.4.0
FIELDVISIT_SITE = $(BR2_EXTERNAL_FIELDVISIT_PATH)/../..
FIELDVISIT_SITE_METHOD = local
FIELDVISIT_LICENSE = ISC
FIELDVISIT_LICENSE_FILES = LICENSE
FIELDVISIT_DEPENDENCIES = host-gettext gpsd jansson libcurl libqrencode libsodium ncurses sqlite
FIELDVISIT_PROGRAMS = fieldvisit fieldvisit-link fieldvisit-practice fieldvisit-screen

ifeq ($(BR2_PACKAGE_FIELDVISIT_SERVER),y)
FIELDVISIT_DEPENDENCIES += libmicrohttpd
FIELDVISIT_PROGRAMS += fieldvisitd fieldvisit-verify

define FIELDVISIT_USERS
	fieldvisitd -1 fieldvisitd -1 * /var/lib/fieldvisitd - - fieldvisit sync server
endef
endif

FIELDVISIT_MAKE_OPTS = $(TARGET_CONFIGURE_OPTS) DEPS=no WERROR= \
	PROGRAMS="$(FIELDVISIT_PROGRAMS)"

define FIELDVISIT_BUILD_CMDS
	$(TARGET_MAKE_ENV) $(MAKE) -C $(@D) $(FIELDVISIT_MAKE_OPTS) programs
endef

define FIELDVISIT_INSTALL_TARGET_CMDS
	$(TARGET_MAKE_ENV) $(MAKE) -C $(@D) $(FIELDVISIT_MAKE_OPTS) \
		DESTDIR=$(TARGET_DIR) PREFIX=/usr SYSCONFDIR=/etc install
endef

$(eval $(generic-package))
