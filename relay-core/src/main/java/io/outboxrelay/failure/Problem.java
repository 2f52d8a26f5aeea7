package io.outboxrelay.failure;

/**
 * One thing that is wrong and what mends it, for people.
 *
 * @param what what is wrong, and where; never holds a secret or a payload
 * @param remedy what the operator does about it, ideally the very command or SQL; may be empty where nothing needs doing
 */
public record Problem(String what, String remedy) {

    @Override
    public String toString() {
        return remedy.isEmpty() ? what : what + " -> " + remedy;
    }
}
