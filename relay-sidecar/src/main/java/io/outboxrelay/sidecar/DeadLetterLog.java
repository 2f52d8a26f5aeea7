package io.outboxrelay.sidecar;

import io.outboxrelay.config.PipelineSettings;
import io.outboxrelay.poison.DeadLetter;
import io.outboxrelay.poison.DeadLetters;
import io.outboxrelay.poison.PoisonPolicy;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has poison treated as the settings say, and says one line of each dead letter once it stands. */
final class DeadLetterLog {

    private static final Logger LOG = LoggerFactory.getLogger("io.outboxrelay.DeadLetters");

    private DeadLetterLog() {}

    /** Of one pipeline, to be asked by its loop's thread. */
    static PoisonPolicy policy(String pipeline, PipelineSettings settings) {
        if (!settings.poison().hasDeadLetters()) {
            return PoisonPolicy.HALT;
        }
        DeadLetters.Origin origin = new DeadLetters.Origin(settings.source().outbox(), Version.number());
        return new DeadLetters(settings.poison(), origin, InstantSource.system(), letter -> say(pipeline, letter));
    }

    private static void say(String pipeline, DeadLetter letter) {
        LogFields.of(pipeline, letter)
                .during(() -> LOG.warn(
                        "event {} is a dead letter in {}, partition {}{}: {}",
                        ShownBytes.escaped(letter.id()),
                        letter.topic(),
                        letter.partition(),
                        letter.offset() < 0 ? "" : " at " + letter.offset(),
                        ShownBytes.escaped(letter.why().summary())));
    }
}
