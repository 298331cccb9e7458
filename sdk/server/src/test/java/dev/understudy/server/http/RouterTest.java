package dev.understudy.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class RouterTest {

    private static final Route NOBODY = request -> Answer.text(200, "");

    private final Endpoint page = Endpoint.get("/", NOBODY);
    private final Endpoint all = Endpoint.get("/rollouts", NOBODY);
    private final Endpoint one = Endpoint.get("/rollouts", NOBODY).forAllBelow();
    private final Endpoint change = Endpoint.post("/rollouts", NOBODY).forAllBelow();
    private final Endpoint special = Endpoint.get("/rollouts/special", NOBODY);
    private final Router router = new Router(List.of(page, all, one, change, special));

    @Test
    void the_nearest_path_answers() {
        assertThat(router.find("GET", "/")).isSameAs(page);
        assertThat(router.find("GET", "/rollouts")).isSameAs(all);
        assertThat(router.find("GET", "/rollouts/qa_agent")).isSameAs(one);
        assertThat(router.find("POST", "/rollouts/qa_agent")).isSameAs(change);
        assertThat(router.find("GET", "/rollouts/special")).isSameAs(special);
        assertThat(router.find("HEAD", "/rollouts")).isSameAs(all);
    }

    @Test
    void nothing_answers_beside_it() {
        for (String path : List.of("/rollout", "/rolloutsx", "/health", "/index.html", "/Rollouts")) {
            assertThatThrownBy(() -> router.find("GET", path))
                    .isInstanceOfSatisfying(Refusal.class, refusal -> assertThat(refusal.status())
                            .isEqualTo(404));
        }
    }

    @Test
    void another_method_is_refused_with_those_that_are_known() {
        assertThat(allowed("DELETE", "/rollouts/qa_agent")).isEqualTo("GET, HEAD, POST");
        assertThat(allowed("POST", "/rollouts")).isEqualTo("GET, HEAD");
        assertThat(allowed("TRACE", "/")).isEqualTo("GET, HEAD");
    }

    private Object allowed(String method, String path) {
        try {
            return router.find(method, path);
        } catch (Refusal refusal) {
            assertThat(refusal.status()).isEqualTo(405);
            return refusal.answer().headers().get("Allow");
        }
    }

    @Test
    void two_that_would_answer_the_same_are_refused() {
        assertThatThrownBy(() -> new Router(List.of(all, Endpoint.get("/rollouts", NOBODY))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("GET /rollouts is answered twice");
    }
}
