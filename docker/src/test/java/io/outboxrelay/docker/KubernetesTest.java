package io.outboxrelay.docker;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.docker.Manifests.Pod;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The manifests as they stand, without a cluster. That the probes' paths are answered is asked of a real relay in {@link ImageIT}. */
class KubernetesTest {
    private static final int DRAIN_TIMEOUT_SECONDS = 30;

    static List<Pod> pods() {
        return Manifests.pods();
    }

    static List<String> files() throws IOException {
        return Manifests.files();
    }

    @ParameterizedTest
    @MethodSource("files")
    void every_file_is_yaml_of_a_kind_with_a_version(String file) {
        assertThat(Tree.documents(file)).isNotEmpty();
        if (!file.endsWith("relay.yaml")) {
            assertThat(Tree.documents(file)).allSatisfy(document -> {
                assertThat(document.at("apiVersion").isThere()).as(file).isTrue();
                assertThat(document.at("kind").isThere()).as(file).isTrue();
            });
        }
    }

    @ParameterizedTest
    @MethodSource("pods")
    void each_probe_asks_what_it_decides_about(Pod pod) {
        Node relay = pod.relay();
        assertThat(relay.at("livenessProbe", "httpGet", "path").text()).isEqualTo("/health/live");
        assertThat(relay.at("ports")
                        .item("name", "management")
                        .at("containerPort")
                        .value())
                .isEqualTo(8080);
        for (String probe : Manifests.PROBES) {
            if (relay.at(probe).isThere()) {
                assertThat(relay.at(probe, "httpGet", "port").text()).isEqualTo("management");
            }
        }
    }

    @Test
    void a_sidecar_neither_holds_its_service_back_nor_takes_it_out_and_a_relay_of_its_own_tells_how_far_it_is() {
        List<Pod> pods = Manifests.pods();
        assertThat(pods.get(0).relay().at("startupProbe", "httpGet", "path").text())
                .isEqualTo("/health/started");
        assertThat(pods.get(1).relay().at("startupProbe", "httpGet", "path").text())
                .isEqualTo("/health/live");
        assertThat(pods.get(0).relay().at("readinessProbe", "httpGet", "path").text())
                .isEqualTo("/health/ready");
        assertThat(pods.get(1).relay().at("readinessProbe").isThere()).isFalse();
    }

    @Test
    void the_sidecar_is_a_native_one_and_goes_on_running_beside_the_service() {
        Pod pod = Manifests.pods().get(1);
        assertThat(pod.relay().at("restartPolicy").text()).isEqualTo("Always");
        assertThat(pod.spec().at("containers").item("name", "order-service").isThere())
                .isTrue();
    }

    /** Pod Security Standards, level "restricted". */
    @ParameterizedTest
    @MethodSource("pods")
    void the_relay_may_do_nothing_that_it_need_not(Pod pod) {
        Node ofPod = pod.spec().at("securityContext");
        assertThat(ofPod.at("runAsNonRoot").value()).isEqualTo(true);
        assertThat(ofPod.at("runAsUser").value()).isEqualTo(65532);
        assertThat(ofPod.at("seccompProfile", "type").text()).isEqualTo("RuntimeDefault");
        Node own = pod.relay().at("securityContext");
        assertThat(own.at("allowPrivilegeEscalation").value()).isEqualTo(false);
        assertThat(own.at("readOnlyRootFilesystem").value()).isEqualTo(true);
        assertThat(own.at("capabilities", "drop").value()).isEqualTo(List.of("ALL"));
    }

    @ParameterizedTest
    @MethodSource("pods")
    void settings_and_secrets_are_files_that_are_mounted_where_the_image_looks(Pod pod) {
        Node mounts = pod.relay().at("volumeMounts");
        assertThat(mounts.item("name", "settings").at("mountPath").text()).isEqualTo("/etc/outbox-relay");
        assertThat(mounts.item("name", "secrets").at("mountPath").text()).isEqualTo("/run/secrets/outbox-relay");
        assertThat(pod.spec()
                        .at("volumes")
                        .item("name", "secrets")
                        .at("secret", "secretName")
                        .text())
                .isEqualTo("outbox-relay");
        assertThat(pod.relay().at("env").isThere())
                .as("no secret in the environment")
                .isFalse();
        assertThat(mounts.items())
                .allSatisfy(mount -> assertThat(pod.spec()
                                .at("volumes")
                                .item("name", mount.at("name").text())
                                .isThere())
                        .isTrue());
    }

    @ParameterizedTest
    @MethodSource("pods")
    void a_pod_has_time_to_drain(Pod pod) {
        assertThat((Integer) pod.spec().at("terminationGracePeriodSeconds").value())
                .isGreaterThan(DRAIN_TIMEOUT_SECONDS);
    }

    @Test
    void what_the_service_and_the_budget_select_are_the_pods_of_the_deployment() {
        Node deployment = Tree.document("kubernetes/base/deployment.yaml");
        Object labels = deployment.at("spec", "template", "metadata", "labels").value();
        assertThat(deployment.at("spec", "selector", "matchLabels").value()).isEqualTo(labels);
        assertThat(Tree.document("kubernetes/base/service.yaml")
                        .at("spec", "selector")
                        .value())
                .isEqualTo(labels);
        assertThat(Tree.document("kubernetes/overlays/production/disruption.yaml")
                        .at("spec", "selector", "matchLabels")
                        .value())
                .isEqualTo(labels);
    }

    @Test
    void every_manifest_has_the_image_of_this_version_under_the_name_that_the_compose_file_builds() throws IOException {
        String pom = Files.readString(Tree.ROOT.resolve("pom.xml"));
        Node image =
                Tree.document("kubernetes/base/kustomization.yaml").at("images").item("name", "outbox-relay");
        String version = image.at("newTag").text();
        assertThat(pom).contains("<artifactId>outbox-relay</artifactId>\n  <version>" + version + "</version>");
        assertThat(Manifests.pods().get(0).relay().at("image").text()).isEqualTo("outbox-relay");
        assertThat(Manifests.pods().get(1).relay().at("image").text()).isEqualTo("outbox-relay:" + version);
        assertThat(Tree.document("compose.yaml")
                        .at("services", "relay", "image")
                        .text())
                .isEqualTo("outbox-relay:" + version);
    }
}
