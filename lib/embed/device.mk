# lib/embed/device.mk: device.c.in, the program of exported models, as a string in $(BUILD)/generated/device_source.h.

DEVICE_SOURCE := $(BUILD)/generated/device_source.h

$(DEVICE_SOURCE): lib/embed/device.c.in lib/embed/device.mk
	@mkdir -p $(@D)
	@{ echo '/* Made by lib/embed/device.mk. */'; \
	   echo 'static const char device_source[] ='; \
	   sed 's/[\\"]/\\&/g; s/.*/    "&\\n"/' $<; \
	   echo '    ;'; } > $@.new && mv -f $@.new $@

$(BUILD)/lib/embed/emit_c.o: $(DEVICE_SOURCE)
