package io.outboxrelay.sidecar;

import io.outboxrelay.failure.RelayException;
import io.outboxrelay.outbox.OutboxMessage;
import io.outboxrelay.outbox.OutboxMessage.Header;
import io.outboxrelay.sidecar.letters.StandingLetter;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code outbox-relay dead-letters list}: what stands among the dead letters. */
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        exitCodeOnInvalidInput = ExitCodes.MISCONFIGURED,
        exitCodeOnExecutionException = ExitCodes.BUG,
        description =
                "Prints the dead letters, one a line, in the order of each partition: event id, reason, where the event was to go, key, when"
                        + " it failed, what is wrong. Changes nothing, and may run beside a relay.",
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:printed, also where there is none",
            "1:the brokers cannot be asked now",
            "70:a bug in the relay",
            "78:the arguments or the settings cannot work"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  outbox-relay dead-letters list --config relay.yaml --reason too-large",
            "  outbox-relay dead-letters list --config relay.yaml --id 6f1c0d3e-0d3c-4f53-9b6a-0d7a3f1f0c11 --show-payload",
            "  outbox-relay dead-letters list --config relay.yaml --json --limit 1000000 | wc -l"
        })
final class ListLettersCommand implements Callable<Integer> {

    private static final int LIMIT_MAX = 1_000_000;
    private static final int KEY_BYTES_SHOWN_MAX = 100;

    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private LetterShelf shelf;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "100",
            description = "After how many to stop, at most 1000000; ${DEFAULT-VALUE} if not given.")
    private int limit;

    @Option(
            names = "--show-payload",
            description =
                    "Print all headers too, and the payload, the first 2048 bytes of it. It may hold what is nobody else's business.")
    private boolean showPayload;

    @Option(names = "--json", description = "One JSON object a line, with all headers, for programs.")
    private boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    private long shown;

    @Override
    public Integer call() {
        if (limit < 1 || limit > LIMIT_MAX) {
            throw new ParameterException(spec.commandLine(), "--limit is 1 to " + LIMIT_MAX + ", not " + limit);
        }
        PrintWriter out = spec.commandLine().getOut();
        try {
            LetterShelf.Meant meant = shelf.meant(spec);
            boolean[] more = {false};
            boolean isThere = meant.letters().read(letter -> {
                more[0] = shown == limit;
                if (!more[0]) {
                    show(letter, out);
                    shown++;
                }
                return !more[0];
            });
            if (!json) {
                out.println(
                        !isThere
                                ? "no topic " + meant.topic() + ": there is no dead letter yet"
                                : (shown == 1 ? "1 dead letter" : shown + " dead letters") + " in " + meant.topic()
                                        + (more[0] ? "; there are more" : ""));
            }
            out.flush();
            return ExitCodes.STOPPED;
        } catch (RelayException e) {
            out.flush();
            return LetterShelf.refused(e.failure(), spec);
        }
    }

    private void show(StandingLetter letter, PrintWriter out) {
        if (json) {
            new JsonMessages(out, letter.message().topic(), showPayload).message(message(letter));
            return;
        }
        out.println(line(letter));
        if (showPayload) {
            new TextMessages(out, true).message(message(letter));
        }
    }

    /** One of {@code list}'s lines. */
    static String line(StandingLetter letter) {
        byte[] key = letter.message().key();
        String meant = letter.meant();
        return ShownBytes.escaped(letter.id()) + "  " + ShownBytes.escaped(letter.reason()) + "  "
                + (meant == null ? "no topic" : ShownBytes.escaped(meant)) + "  "
                + (key == null ? "no key" : "key=" + ShownBytes.line(key, KEY_BYTES_SHOWN_MAX)) + "  "
                + ShownBytes.escaped(letter.failedAt()) + "  "
                + letter.message().partition() + "@"
                + letter.message().offset() + "  " + ShownBytes.escaped(letter.what());
    }

    private static OutboxMessage message(StandingLetter letter) {
        ConsumerRecord<byte[], byte[]> record = letter.message();
        List<Header> headers = Arrays.stream(record.headers().toArray())
                .map(header -> new Header(header.key(), header.value() == null ? new byte[0] : header.value()))
                .toList();
        return new OutboxMessage(
                letter.id(), record.topic(), record.key(), record.value(), headers, record.timestamp(), null);
    }
}
