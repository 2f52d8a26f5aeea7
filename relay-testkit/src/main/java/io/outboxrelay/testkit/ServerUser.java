package io.outboxrelay.testkit;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * As whom PostgreSQL's programs run. They refuse root, and containers often are root.
 *
 * <p>For root there are two ways, tried in this order: a user namespace in which this process is nobody in particular
 * (changes no file's owner, but many containers forbid it), and the account {@code nobody}, who then owns the data.
 */
enum ServerUser {
    /** Whoever runs this JVM. */
    CALLER(List.of()),
    /** Root outside, an unmapped user inside. */
    NAMESPACE(List.of("unshare", "-U")),
    /** The account of that name. */
    NOBODY(List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"));

    private final List<String> prefix;

    ServerUser(List<String> prefix) {
        this.prefix = prefix;
    }

    /**
     * The first that works here.
     *
     * @throws IllegalStateException when this is root and neither way is permitted
     */
    static ServerUser forThisProcess() {
        if (CALLER.isNotRoot()) {
            return CALLER;
        }
        if (NAMESPACE.isNotRoot()) {
            return NAMESPACE;
        }
        if (NOBODY.isNotRoot()) {
            return NOBODY;
        }
        throw new IllegalStateException("PostgreSQL does not run as root, and neither `unshare -U` nor `setpriv` works"
                + " here: run as another user");
    }

    /** The command line that runs {@code program} as this user. */
    List<String> command(List<String> program) {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(program);
        return command;
    }

    /** The command line that runs {@code wrapper} which then becomes this user: programs are to follow. */
    List<String> after(String... wrapper) {
        List<String> command = new ArrayList<>(List.of(wrapper));
        command.addAll(prefix);
        return command;
    }

    /** Makes a directory this user's own. */
    void own(Path directory) {
        if (this == NOBODY) {
            Commands.run(List.of("chown", "-R", "65534:65534", directory.toString()), TimeUnit.SECONDS.toMillis(10));
        }
    }

    private boolean isNotRoot() {
        try {
            return !Commands.run(command(List.of("id", "-u")), TimeUnit.SECONDS.toMillis(10))
                    .strip()
                    .equals("0");
        } catch (IllegalStateException e) {
            return false;
        }
    }
}
