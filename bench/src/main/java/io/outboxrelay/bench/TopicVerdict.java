package io.outboxrelay.bench;

/**
 * What became of a workload in a topic.
 *
 * @param lost events that are not there
 * @param phantom records of no event, or other than it was written
 * @param reordered events that came for the first time after a later one of their key
 * @param repeated further sightings of an event
 */
record TopicVerdict(long lost, long phantom, long reordered, long repeated) {
    /** Whether every event is there once, in order, and nothing else. */
    boolean isClean() {
        return lost == 0 && phantom == 0 && reordered == 0 && repeated == 0;
    }

    @Override
    public String toString() {
        return "lost=" + lost + " phantom=" + phantom + " reordered=" + reordered + " repeated=" + repeated;
    }
}
