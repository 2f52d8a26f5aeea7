package io.outboxrelay.docker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The base and its overlays as kubectl puts them together; it needs no cluster for that. */
class KustomizeIT {
    @ParameterizedTest
    @ValueSource(strings = {"base", "overlays/production", "overlays/development"})
    @Timeout(value = 60, unit = TimeUnit.SECONDS)
    void kubectl_puts_it_together(String directory) throws Exception {
        // Debian's is of an age that does not know what is asked here, so that CI does not insist.
        Assumptions.assumeTrue(
                Program.runs("sh", "-c", "kubectl version --client | grep -q 'Kustomize Version: v5'"),
                "there is no kubectl with Kustomize 5");
        String all = Program.run(List.of("kubectl", "kustomize", "kubernetes/" + directory));
        assertThat(all)
                .contains("kind: Deployment", "kind: Service", "image: outbox-relay:" + Tree.version())
                .containsPattern("name: \\S*outbox-relay-\\w{10}");
    }
}
