package io.outboxrelay.testkit;

import java.util.List;

/**
 * What became of a history in Kafka.
 *
 * @param committed events that took effect in the database
 * @param published committed events that were seen at least once
 * @param lost committed events that were never seen
 * @param phantom records of no committed event, or with another topic, key, payload or headers than it must have
 * @param reordered records that no order of contiguous re-runs explains, or in another partition than their key's first
 * @param repeated sightings of a committed event after its first
 * @param examples the first few faults, with ids and offsets
 */
public record Verdict(
        long committed, long published, long lost, long phantom, long reordered, long repeated, List<String> examples) {
    public Verdict {
        examples = List.copyOf(examples);
    }

    /** Nothing lost, phantom or reordered; repeats are allowed. */
    public boolean isSound() {
        return lost == 0 && phantom == 0 && reordered == 0;
    }

    /** One line for a person or a script, and a line for each example. */
    @Override
    public String toString() {
        String line = "committed=" + committed + " published=" + published + " lost=" + lost + " phantom=" + phantom
                + " reordered=" + reordered + " repeated=" + repeated;
        return examples.isEmpty() ? line : line + "\n  " + String.join("\n  ", examples);
    }
}
