package io.outboxrelay.bench.stage;

/**
 * What became of a workload in a topic.
 *
 * @param lost events that are not there
 * @param phantom records of no event, or other than it was written
 * @param reordered events that came for the first time after a later one of their key
 * @param repeated further sightings of an event
 */
public record TopicVerdict(long lost, long phantom, long reordered, long repeated) {
    /** Nothing is wrong. */
    public static final TopicVerdict CLEAN = new TopicVerdict(0, 0, 0, 0);

    /** What is wrong here and there together. */
    public TopicVerdict and(TopicVerdict other) {
        return new TopicVerdict(
                lost + other.lost, phantom + other.phantom, reordered + other.reordered, repeated + other.repeated);
    }

    /** Whether every event is there once, in order, and nothing else. */
    public boolean isClean() {
        return lost == 0 && phantom == 0 && reordered == 0 && repeated == 0;
    }

    @Override
    public String toString() {
        return "lost=" + lost + " phantom=" + phantom + " reordered=" + reordered + " repeated=" + repeated;
    }
}
