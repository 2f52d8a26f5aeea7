package io.outboxrelay.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A disk of a few megabytes that a server can run out of: a tmpfs in a mount namespace of its own, so that mounting it asks for no
 * root where user namespaces are allowed, and nothing of it is left when the last process in there has ended, whatever ended it.
 * Only the programs of a database that was {@linkplain EmbeddedDatabase.Builder#near started near it} see what is on it.
 * Safe to use from any thread.
 */
public final class SmallDisk implements AutoCloseable {
    private static final long COMMAND_BOUND_MILLIS = TimeUnit.SECONDS.toMillis(30);
    private static final String MOUNTED = "mounted";
    private static final String BALLAST = "ballast";

    private final Path directory;
    private final Process keeper;
    private final List<String> entry;
    private final AfterExit cleanUp;

    private SmallDisk(Path directory, Process keeper, List<String> entry) {
        this.directory = directory;
        // The mount point is left, empty, where nobody closes this.
        this.cleanUp = AfterExit.run("rmdir -- \"$1\"", directory.toString());
        this.keeper = keeper;
        this.entry = entry;
    }

    /** None can be had here; the message says why. */
    public static final class NotPermitted extends Exception {
        private static final long serialVersionUID = 1;

        NotPermitted(String why) {
            super(why);
        }
    }

    /**
     * A new, empty disk.
     *
     * @throws NotPermitted where this user may not mount, neither as root nor in a user namespace
     * @throws IllegalStateException when it is not known within 30 seconds
     */
    public static SmallDisk mounted(int megabytes) throws NotPermitted {
        Path directory = ScratchDirectory.create("outbox-relay-disk-");
        // The kernel takes the namespace away with its last process: cat ends when this JVM does.
        String script =
                "mount -t tmpfs -o mode=0777,size=" + megabytes + "m none \"$1\" && echo " + MOUNTED + " && exec cat";
        boolean inUserNamespace = ServerUser.forThisProcess() != ServerUser.NOBODY;
        List<String> command = new ArrayList<>(List.of("unshare", inUserNamespace ? "-rm" : "-m"));
        command.addAll(List.of("sh", "-c", script, "small-disk", directory.toString()));
        try {
            Process keeper =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = firstLine(keeper);
            if (MOUNTED.equals(said)) {
                return new SmallDisk(directory, keeper, entry(keeper.pid(), inUserNamespace));
            }
            keeper.destroyForcibly();
            ScratchDirectory.delete(directory);
            throw new NotPermitted("no disk can be mounted here, not even in a namespace of its own: " + said);
        } catch (IllegalStateException e) {
            ScratchDirectory.delete(directory);
            throw e;
        } catch (IOException e) {
            ScratchDirectory.delete(directory);
            throw new NotPermitted("no disk can be mounted here, there is no unshare: " + e.getMessage());
        }
    }

    /** Waits for it, or for the end of what is said. Nothing else tells whether the disk is there. */
    private static String firstLine(Process keeper) {
        FutureTask<String> line = new FutureTask<>(() -> String.valueOf(
                new BufferedReader(new InputStreamReader(keeper.getInputStream(), StandardCharsets.UTF_8)).readLine()));
        Thread reader = new Thread(line, "small-disk");
        reader.setDaemon(true);
        reader.start();
        try {
            return line.get(COMMAND_BOUND_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw unknown(keeper, "whether the disk is mounted was not said within " + COMMAND_BOUND_MILLIS + " ms", e);
        } catch (ExecutionException e) {
            throw unknown(keeper, "whether the disk is mounted cannot be read", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unknown(keeper, "interrupted while a disk was mounted", e);
        }
    }

    private static IllegalStateException unknown(Process keeper, String why, Exception cause) {
        keeper.descendants().forEach(ProcessHandle::destroyForcibly);
        keeper.destroyForcibly();
        return new IllegalStateException(why, cause);
    }

    /** How a program gets in there, and is no root. */
    private static List<String> entry(long pid, boolean inUserNamespace) {
        String target = Long.toString(pid);
        return inUserNamespace
                ? ServerUser.NAMESPACE.after("nsenter", "--preserve-credentials", "-U", "-m", "-t", target)
                : ServerUser.NOBODY.after("nsenter", "-m", "-t", target);
    }

    /** A new directory on it, by its path as the server sees it. */
    public Path create(String name) {
        Path created = directory.resolve(name);
        run("mkdir", created.toString());
        return created;
    }

    /** Leaves no byte free. */
    public void fill() {
        // It ends because nothing more fits, which is no success for a shell.
        run("sh", "-c", "cat /dev/zero >>\"$1\" 2>/dev/null; true", "fill", ballast());
    }

    /** Takes away what {@link #fill} wrote. */
    public void free() {
        run("rm", "-f", ballast());
    }

    /** The command line that runs a program in there, as the user that servers run as. */
    List<String> command(List<String> program) {
        List<String> command = new ArrayList<>(entry);
        command.addAll(program);
        return command;
    }

    @Override
    public void close() {
        keeper.destroyForcibly();
        ScratchDirectory.delete(directory);
        cleanUp.close();
    }

    private String ballast() {
        return directory.resolve(BALLAST).toString();
    }

    private void run(String... program) {
        Commands.run(command(List.of(program)), COMMAND_BOUND_MILLIS);
    }
}
