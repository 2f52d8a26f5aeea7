package io.outboxrelay.polling;

/**
 * What was known when a read started; what the read brought is judged by it.
 *
 * @param settledUpTo nothing can appear at or below this number that the read does not see
 * @param capture the latest capture of holders, see {@link GapSettling#capture}
 * @param capturedTop the highest number that they can fill a gap below
 * @param dormancy the gaps that the read leaves out
 * @param gapsOnly whether it leaves out everything above the highest number read, because there are too many gaps already
 */
record ReadStart(long settledUpTo, int capture, long capturedTop, Dormancy dormancy, boolean gapsOnly) {}
