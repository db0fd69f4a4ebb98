# Releases: what the Makefile includes, from the top of the project.

## make dist            the sources as build/wavefill-VERSION.tar.gz, the same bytes each time
## make distcheck       unpack, build, test, install, try and uninstall what make dist makes (QUICK=1: fewer tests)
## make deb             a Debian package in build/deb (QUICK=1: without the tests)

NAME = wavefill-$(VERSION)

dist:
	@mkdir -p $(BUILD)
	@packaging/dist $(NAME) $(BUILD)

distcheck: dist
	+@env -u MAKEFLAGS -u MAKELEVEL MAKE='$(MAKE)' QUICK='$(QUICK)' packaging/distcheck $(BUILD)/$(NAME).tar.gz

deb: dist
	+@env -u MAKEFLAGS -u MAKELEVEL QUICK='$(QUICK)' packaging/deb $(BUILD)/$(NAME).tar.gz $(BUILD)/deb

.PHONY: dist distcheck deb
