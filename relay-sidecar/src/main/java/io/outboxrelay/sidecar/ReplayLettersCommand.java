package io.outboxrelay.sidecar;

import io.outboxrelay.failure.RelayException;
import io.outboxrelay.sidecar.letters.LetterReplay;
import io.outboxrelay.sidecar.letters.StandingLetter;
import java.io.PrintWriter;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code outbox-relay dead-letters replay}: publishes what stands among the dead letters. */
@Command(
        name = "replay",
        mixinStandardHelpOptions = true,
        exitCodeOnInvalidInput = ExitCodes.MISCONFIGURED,
        exitCodeOnExecutionException = ExitCodes.BUG,
        description = {
            "Publishes the events of dead letters to where they were to go, or to --to-topic, with their own key, payload and headers, the"
                    + " event id among them, and a header replayed-at. Prints what it would publish; with --yes it does it.",
            "Mend first what was wrong (the topic's size limit, say). The letters stay where they are: replayed again, they come again,"
                    + " with the same id. An event comes behind what was published of its key meanwhile."
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:all that were meant are published, also where there is none",
            "1:nothing was published, as --yes was not given; or not all could be, which it says",
            "70:a bug in the relay",
            "78:the arguments or the settings cannot work"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  outbox-relay dead-letters replay --config relay.yaml --reason too-large",
            "  outbox-relay dead-letters replay --config relay.yaml --reason too-large --rate 50 --yes",
            "  outbox-relay dead-letters replay --config relay.yaml --reason unroutable --to-topic orders.mended --yes"
        })
final class ReplayLettersCommand implements Callable<Integer> {

    private static final int RATE_MAX = 10_000;

    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private LetterShelf shelf;

    @Option(
            names = "--to-topic",
            paramLabel = "TOPIC",
            description = "Where they go, all of them, instead of where each was to go.")
    private @Nullable String topic;

    @Option(
            names = "--rate",
            paramLabel = "N",
            defaultValue = "100",
            description = "How many a second at most, 1 to 10000; ${DEFAULT-VALUE} if not given.")
    private int rate;

    @Option(names = "--yes", description = "Do it.")
    private boolean yes;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    private long taken;
    private long homeless;
    private boolean interrupted;

    @Override
    public Integer call() {
        if (rate < 1 || rate > RATE_MAX) {
            throw new ParameterException(spec.commandLine(), "--rate is 1 to " + RATE_MAX + ", not " + rate);
        }
        PrintWriter out = spec.commandLine().getOut();
        try {
            LetterShelf.Meant meant = shelf.meant(spec);
            if (meant.topic().equals(topic)) {
                throw new ParameterException(
                        spec.commandLine(), "--to-topic is the topic of the dead letters themselves");
            }
            boolean isThere = read(meant, out);
            int exitStatus = end(meant, isThere, out);
            out.flush();
            return exitStatus;
        } catch (RelayException e) {
            if (taken > 0) {
                out.println("published before that: " + counted(taken));
                out.flush();
            }
            return LetterShelf.refused(e.failure(), spec);
        }
    }

    private boolean read(LetterShelf.Meant meant, PrintWriter out) {
        if (!yes) {
            return meant.letters().read(letter -> take(letter, null, out));
        }
        boolean keepsTimes = meant.pipeline().route().timestamp() != null;
        try (LetterReplay replay = new LetterReplay(meant.clients(), topic, rate, keepsTimes, InstantSource.system())) {
            return meant.letters().read(letter -> take(letter, replay, out));
        }
    }

    /** Publishes the event of a letter, or says what would become of it; false when the thread is to end. */
    private boolean take(StandingLetter letter, @Nullable LetterReplay replay, PrintWriter out) {
        String to = LetterReplay.topicOf(letter, topic);
        if (to == null) {
            homeless++;
            out.println("left: names no topic  " + ListLettersCommand.line(letter));
            return true;
        }
        try {
            if (replay != null) {
                replay.publish(letter);
            }
        } catch (InterruptedException e) {
            interrupted = true;
            Thread.currentThread().interrupt();
            return false;
        }
        taken++;
        out.println((yes ? "published to " : "would go to ") + ShownBytes.escaped(to) + "  "
                + ListLettersCommand.line(letter));
        return true;
    }

    private int end(LetterShelf.Meant meant, boolean isThere, PrintWriter out) {
        if (!isThere) {
            out.println("no topic " + meant.topic() + ": there is no dead letter yet");
            return ExitCodes.STOPPED;
        }
        out.println(yes ? "published " + counted(taken) : "would publish " + counted(taken) + "; --yes does it");
        if (homeless > 0) {
            out.println("left " + counted(homeless) + " whose columns yielded no topic; --to-topic says where they go");
        }
        return interrupted || homeless > 0 || (!yes && taken > 0) ? ExitCodes.FAILED : ExitCodes.STOPPED;
    }

    private static String counted(long count) {
        return count == 1 ? "1 event" : count + " events";
    }
}
