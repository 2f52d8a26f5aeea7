package io.outboxrelay.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;

/** Which names a script may give to objects and roles. */
public final class ScriptNames {

    private static final int BYTES_MAX = 63;

    private ScriptNames() {}

    /**
     * To grant something to {@code public} is to grant it to everybody, quoted or not; the others cannot be created.
     *
     * @throws IllegalArgumentException for a name that no role can have
     */
    public static void checkRole(String name) {
        check(name);
        if (name.equals("public") || name.equals("none") || name.startsWith("pg_")) {
            throw new IllegalArgumentException(
                    "'" + name + "' is not a role to use here: PostgreSQL reserves the name");
        }
    }

    /**
     * PostgreSQL would cut a longer one without a word; a line feed would end the comment that it stands in.
     *
     * @throws IllegalArgumentException for a name that no object can have, or that holds control characters
     */
    public static void check(String name) {
        if (name.isEmpty() || name.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(
                    "'" + name.replaceAll("\\p{Cntrl}", "?") + "' is not a name to use here");
        }
        if (name.getBytes(UTF_8).length > BYTES_MAX) {
            throw new IllegalArgumentException("'" + name + "' is longer than PostgreSQL's 63 bytes");
        }
    }
}
