package io.outboxrelay.config;

import io.outboxrelay.jdbc.ConnectionSettings;

/** What of a setting's value is never shown. */
enum Masking {
    NOTHING {
        @Override
        String shown(String value) {
            return value;
        }
    },

    /** Passwords, and whatever could be one, in a JDBC URL. */
    IN_URL {
        @Override
        String shown(String value) {
            return ConnectionSettings.of(value, null, null).urlShown();
        }
    },

    ALL {
        @Override
        String shown(String value) {
            return MASK;
        }
    };

    static final String MASK = "***";

    /** The value for people. */
    abstract String shown(String value);
}
