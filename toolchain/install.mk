# make install and uninstall.  DESTDIR stands before every name, for packages.
PREFIX ?= /usr/local
SYSCONFDIR ?= /etc
BINDIR ?= $(PREFIX)/bin
LIBEXECDIR ?= $(PREFIX)/libexec/fieldvisit
DATADIR ?= $(PREFIX)/share
MANDIR ?= $(DATADIR)/man
UNITDIR ?= $(PREFIX)/lib/systemd
SYSUSERSDIR ?= $(PREFIX)/lib/sysusers.d
BASHDIR ?= $(DATADIR)/bash-completion/completions
ZSHDIR ?= $(DATADIR)/zsh/site-functions
FISHDIR ?= $(DATADIR)/fish/vendor_completions.d

D := toolchain/files
MAN_SRC := $(sort $(wildcard firmware-app/man/*.[1-8] sync-server/man/*.[1-8]))
# The screens and practice are started by "fieldvisit" alone.
PLACE_OF = $(if $(filter %-screen %-practice,$(1)),$(LIBEXECDIR),$(BINDIR))
MAN_OF = man$(subst .,,$(suffix $(1)))/$(notdir $(1))

# "SOURCE:TARGET:MODE", one word each; a source that ends in .in has its @names@ filled in.
INSTALL_FILES = \
	$(foreach p,$(PROGRAMS),$(B)/$(p):$(call PLACE_OF,$(p))/$(p):755) \
	$(foreach m,$(MAN_SRC),$(m):$(MANDIR)/$(call MAN_OF,$(m)):644) \
	$(foreach w,$(WORDS),$(w):$(DATADIR)/$(w:build/%=%):644) \
	$(foreach r,$(sort $(wildcard sync-server/rules/*.json)),$(r):$(DATADIR)/fieldvisit/rules/$(notdir $(r)):644) \
	$(foreach a,$(sort $(wildcard toolchain/examples/alert-*)),$(a):$(DATADIR)/fieldvisit/alert/$(notdir $(a)):755) \
	$(D)/fieldvisit.bash:$(BASHDIR)/fieldvisit:644 \
	$(D)/fieldvisit.bash:$(BASHDIR)/fieldvisitd:644 \
	$(D)/fieldvisit.zsh:$(ZSHDIR)/_fieldvisit:644 \
	$(D)/fieldvisit.fish:$(FISHDIR)/fieldvisit.fish:644 \
	$(D)/fieldvisit.fish:$(FISHDIR)/fieldvisitd.fish:644 \
	$(D)/fieldvisit-agent.service.in:$(UNITDIR)/user/fieldvisit-agent.service:644 \
	$(D)/fieldvisit-agent@.service.in:$(UNITDIR)/user/fieldvisit-agent@.service:644 \
	$(D)/fieldvisit-sos.service.in:$(UNITDIR)/user/fieldvisit-sos.service:644 \
	$(D)/sos-button.conf:$(DATADIR)/doc/fieldvisit/examples/sos-button.conf:644 \
	$(D)/fieldvisitd.service.in:$(UNITDIR)/system/fieldvisitd.service:644 \
	$(D)/fieldvisitd-backup.service.in:$(UNITDIR)/system/fieldvisitd-backup.service:644 \
	$(D)/fieldvisitd-backup.timer:$(UNITDIR)/system/fieldvisitd-backup.timer:644 \
	$(D)/fieldvisitd.sysusers:$(SYSUSERSDIR)/fieldvisitd.conf:644 \
	$(foreach h,$(sort $(wildcard firmware-app/doc/first-hour/*)),$(h):$(DATADIR)/doc/fieldvisit/first-hour/$(notdir $(h)):644) \
	$(foreach h,$(sort $(wildcard sync-server/doc/first-hour/*)),$(h):$(DATADIR)/doc/fieldvisitd/first-hour/$(notdir $(h)):644) \
	LICENSE:$(DATADIR)/doc/fieldvisit/LICENSE:644 \
	lib/PROTOCOL.md:$(DATADIR)/doc/fieldvisit/PROTOCOL.md:644

# An administrator's changes stay: these are never written over and never removed.
INSTALL_CONFIG := $(D)/agent.conf $(D)/fieldvisitd.conf

.PHONY: install uninstall
install: programs ## into DESTDIR PREFIX (/usr/local) and SYSCONFDIR (/etc)
	$(Q)set -e; for f in $(INSTALL_FILES); do \
		source=$${f%%:*}; rest=$${f#*:}; target=$(DESTDIR)$${rest%:*}; mode=$${rest##*:}; \
		mkdir -p "$${target%/*}"; \
		case $$source in \
		*.in) sed 's|@bindir@|$(BINDIR)|; s|@sysconfdir@|$(SYSCONFDIR)|' $$source >"$$target"; chmod $$mode "$$target" ;; \
		*) install -m $$mode $$source "$$target" ;; \
		esac; \
	done; \
	mkdir -p "$(DESTDIR)$(SYSCONFDIR)/fieldvisit"; \
	for f in $(INSTALL_CONFIG); do \
		target="$(DESTDIR)$(SYSCONFDIR)/fieldvisit/$$(basename $$f)"; \
		[ -e "$$target" ] || install -m 644 $$f "$$target"; \
	done

uninstall: ## remove what install put there; the configuration stays
	$(Q)for f in $(INSTALL_FILES); do rest=$${f#*:}; rm -f "$(DESTDIR)$${rest%:*}"; done; \
	rmdir "$(DESTDIR)$(LIBEXECDIR)" "$(DESTDIR)$(DATADIR)/fieldvisit/alert" \
		"$(DESTDIR)$(DATADIR)/fieldvisit/rules" "$(DESTDIR)$(DATADIR)/fieldvisit" \
		"$(DESTDIR)$(DATADIR)/doc/fieldvisit/examples" "$(DESTDIR)$(DATADIR)/doc/fieldvisit/first-hour" \
		"$(DESTDIR)$(DATADIR)/doc/fieldvisit" "$(DESTDIR)$(DATADIR)/doc/fieldvisitd/first-hour" \
		"$(DESTDIR)$(DATADIR)/doc/fieldvisitd" 2>/dev/null || :

# Debian packages in DEBDIR for this machine, or with ARCH=arm64, armhf for that one.
DEBDIR ?= build/deb
DEBARCH = $(or $(ARCH),$(shell dpkg --print-architecture))
.PHONY: deb
deb: programs ## Debian packages in build/deb (ARCH=arm64, armhf: for that machine, after make arm64)
	$(Q)rm -rf $(DEBDIR)/.stage.$(DEBARCH)
	$(Q)$(MAKE) --no-print-directory DEPS=no install DESTDIR=$(abspath $(DEBDIR))/.stage.$(DEBARCH) PREFIX=/usr \
		SYSCONFDIR=/etc ZSHDIR=/usr/share/zsh/vendor-completions
	$(Q)toolchain/deb $(DEBDIR)/.stage.$(DEBARCH) $(DEBARCH) $(abspath $(DEBDIR))
	$(Q)rm -rf $(DEBDIR)/.stage.$(DEBARCH)
