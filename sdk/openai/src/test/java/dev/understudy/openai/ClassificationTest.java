package dev.understudy.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import dev.understudy.error.FailureKind;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every status of the failure table, and every way in which a provider says it otherwise. */
class ClassificationTest {

    private static final JsonFactory JSON = Caps.jsonFactory(new Recyclers(), false);

    private static UpstreamError read(String body) throws IOException {
        try (JsonParser json = JSON.createParser(body)) {
            return ErrorReader.readBody(json);
        }
    }

    private static FailureKind kind(int status, String body) throws IOException {
        return Classification.of(status, read(body));
    }

    @ParameterizedTest
    @CsvSource({
        "300, REDIRECT",
        "301, REDIRECT",
        "302, REDIRECT",
        "303, REDIRECT",
        "304, REDIRECT",
        "307, REDIRECT",
        "308, REDIRECT",
        "400, INVALID_REQUEST",
        "401, AUTHENTICATION",
        "402, QUOTA",
        "403, MODEL_UNAVAILABLE",
        "404, MODEL_UNAVAILABLE",
        "405, INVALID_REQUEST",
        "406, OTHER",
        "407, OTHER",
        "408, REQUEST_TIMEOUT",
        "409, CONFLICT",
        "410, MODEL_UNAVAILABLE",
        "411, OTHER",
        "413, INVALID_REQUEST",
        "414, OTHER",
        "415, INVALID_REQUEST",
        "418, OTHER",
        "421, OTHER",
        "422, INVALID_REQUEST",
        "425, CONFLICT",
        "428, OTHER",
        "429, RATE_LIMITED",
        "431, OTHER",
        "451, OTHER",
        "499, OTHER",
        "500, UPSTREAM",
        "501, UNSUPPORTED",
        "502, UPSTREAM",
        "503, UPSTREAM",
        "504, UPSTREAM",
        "505, UNSUPPORTED",
        "507, UPSTREAM",
        "520, UPSTREAM",
        "524, UPSTREAM",
        "529, UPSTREAM",
        "599, UPSTREAM",
        "600, OTHER",
        "999, OTHER",
    })
    void a_status_without_a_body_means_what_the_table_says(int status, FailureKind kind) {
        assertThat(Classification.of(status, UpstreamError.NONE)).isEqualTo(kind);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                // OpenAI
                "401 | {'error':{'message':'Incorrect API key provided: sk-x.','type':'invalid_request_error','param':null,'code':'invalid_api_key'}} | AUTHENTICATION",
                "400 | {'error':{'message':'m','type':'invalid_request_error','param':'messages','code':'context_length_exceeded'}} | CONTEXT_LENGTH",
                "429 | {'error':{'message':'You exceeded your current quota','type':'insufficient_quota','param':null,'code':'insufficient_quota'}} | QUOTA",
                "429 | {'error':{'message':'Rate limit reached for gpt-4 on tokens per min','type':'tokens','param':null,'code':'rate_limit_exceeded'}} | RATE_LIMITED",
                "404 | {'error':{'message':'The model `x` does not exist or you do not have access to it.','type':'invalid_request_error','code':'model_not_found'}} | MODEL_UNAVAILABLE",
                "403 | {'error':{'message':'Project does not have access to model','type':'invalid_request_error','code':'model_not_found'}} | MODEL_UNAVAILABLE",
                "400 | {'error':{'message':'m','type':'invalid_request_error','code':'model_not_found'}} | MODEL_UNAVAILABLE",
                "400 | {'error':{'message':'m','code':'content_policy_violation','type':'image_generation_user_error'}} | CONTENT_FILTER",
                "400 | {'error':{'message':'Billing hard limit has been reached','code':'billing_hard_limit_reached','type':'invalid_request_error'}} | QUOTA",
                "403 | {'error':{'message':'Country not supported','code':'unsupported_country_region_territory','type':'request_forbidden'}} | MODEL_UNAVAILABLE",
                "500 | {'error':{'message':'The server had an error','type':'server_error','param':null,'code':null}} | UPSTREAM",
                "503 | {'error':{'message':'The engine is currently overloaded','type':'server_error'}} | UPSTREAM",
                "400 | {'error':{'message':'Invalid value: -1','type':'invalid_request_error','param':'n','code':null}} | INVALID_REQUEST",
                "200 | {'error':{'type':'service_unavailable_error','code':'server_is_overloaded','message':'m'}} | UPSTREAM",
                // Azure
                "400 | {'error':{'message':'The response was filtered due to the prompt triggering Azure OpenAI’s content management policy.','type':null,'param':'prompt','code':'content_filter','status':400,'innererror':{'code':'ResponsibleAIPolicyViolation','content_filter_result':{'hate':{'filtered':true}}}}} | CONTENT_FILTER",
                "404 | {'error':{'code':'DeploymentNotFound','message':'The API deployment for this resource does not exist.'}} | MODEL_UNAVAILABLE",
                "401 | {'statusCode':401,'message':'Unauthorized. Access token is missing'} | AUTHENTICATION",
                "429 | {'error':{'code':'429','message':'Requests to the ChatCompletions operation have exceeded call rate limit of your current pricing tier.'}} | RATE_LIMITED",
                "400 | {'error':{'code':'OperationNotSupported','message':'The chatCompletion operation does not work with the specified model'}} | MODEL_UNAVAILABLE",
                // Mistral
                "401 | {'detail':'Unauthorized'} | AUTHENTICATION",
                "400 | {'object':'error','message':'Invalid model: x','type':'invalid_model','param':null,'code':'1500'} | MODEL_UNAVAILABLE",
                "400 | {'object':'error','message':'Prompt contains 40000 tokens, too large for model with 32768 maximum context length','type':'invalid_request_error','param':null,'code':'3051'} | CONTEXT_LENGTH",
                "429 | {'object':'error','message':'Service tier capacity exceeded for this model.','type':'invalid_request_error','param':null,'code':null} | RATE_LIMITED",
                "429 | {'object':'error','message':'Rate limit exceeded','type':'rate_limited','param':null,'code':'1300','raw_status_code':429} | RATE_LIMITED",
                "429 | {'message':'Requests rate limit exceeded'} | RATE_LIMITED",
                "422 | {'detail':[{'type':'missing','loc':['body','messages'],'msg':'Field required','input':{'a':'b'}}]} | INVALID_REQUEST",
                // vLLM, kserve
                "400 | {'object':'error','message':'This model~s maximum context length is 2048 tokens. However, you requested 2723 tokens','type':'BadRequestError','param':null,'code':400} | CONTEXT_LENGTH",
                "400 | {'error':{'message':'This model~s maximum context length is 32768 tokens.','type':'BadRequestError','param':null,'code':400}} | CONTEXT_LENGTH",
                "400 | {'error':{'message':'The decoder prompt (length 5000) is longer than the maximum model length of 4096.','type':'BadRequestError','code':400}} | CONTEXT_LENGTH",
                "500 | {'error':{'code':'500','message':'This model~s maximum context length is 8192 tokens.','param':'','type':'OpenAIError'}} | CONTEXT_LENGTH",
                "404 | {'object':'error','message':'The model `x` does not exist.','type':'NotFoundError','param':null,'code':404} | MODEL_UNAVAILABLE",
                "401 | {'error':'Unauthorized'} | AUTHENTICATION",
                // Ollama
                "404 | {'error':{'message':'model ~x~ not found, try pulling it first','type':'api_error','param':null,'code':null}} | MODEL_UNAVAILABLE",
                "400 | {'error':'model ~x~ not found, try pulling it first'} | MODEL_UNAVAILABLE",
                "500 | {'error':{'message':'llama runner process has terminated','type':'api_error','param':null,'code':null}} | UPSTREAM",
                // llama.cpp, Anthropic, Gemini, Groq, DeepSeek, Moonshot, OpenRouter
                "400 | {'error':{'code':400,'message':'the request exceeds the available context size','type':'exceed_context_size_error'}} | CONTEXT_LENGTH",
                "529 | {'type':'error','error':{'type':'overloaded_error','message':'Overloaded'}} | UPSTREAM",
                "400 | {'type':'error','error':{'type':'invalid_request_error','message':'prompt is too long: 200001 tokens > 200000 maximum'}} | CONTEXT_LENGTH",
                "400 | {'type':'error','error':{'type':'invalid_request_error','message':'Your credit balance is too low to access the API.'}} | QUOTA",
                "400 | [{'error':{'code':400,'message':'API key not valid. Please pass a valid API key.','status':'INVALID_ARGUMENT','details':[{'@type':'x','reason':'API_KEY_INVALID'}]}}] | AUTHENTICATION",
                "400 | {'error':{'code':400,'message':'m','status':'INVALID_ARGUMENT','details':[{'reason':'API_KEY_INVALID'}]}} | AUTHENTICATION",
                "429 | [{'error':{'code':429,'message':'You exceeded your current quota, please check your plan and billing details.','status':'RESOURCE_EXHAUSTED'}}] | RATE_LIMITED",
                "503 | [{'error':{'code':503,'message':'The model is overloaded.','status':'UNAVAILABLE'}}] | UPSTREAM",
                "413 | {'error':{'message':'Request too large on tokens per minute (TPM)','type':'tokens','code':'rate_limit_exceeded'}} | RATE_LIMITED",
                "400 | {'error':{'message':'The model `m` has been decommissioned','type':'invalid_request_error','code':'model_decommissioned'}} | MODEL_UNAVAILABLE",
                "402 | {'error':{'message':'Insufficient Balance','type':'unknown_error','param':null,'code':'invalid_request_error'}} | QUOTA",
                "400 | {'error':{'message':'Content Exists Risk','type':'invalid_request_error','param':null,'code':'invalid_request_error'}} | CONTENT_FILTER",
                "429 | {'error':{'message':'Your account is suspended, please check your plan and billing details','type':'exceeded_current_quota_error'}} | QUOTA",
                "403 | {'error':{'code':403,'message':'x requires moderation. Your input was flagged for violence.','metadata':{'flagged_input':'secret'}}} | CONTENT_FILTER",
                "400 | {'error':{'message':'Provider returned error','code':400,'metadata':{'raw':'This model has a maximum context length of 5, maximum context length','provider_name':'X'}}} | CONTEXT_LENGTH",
                "200 | {'error':{'message':'Provider disconnected','code':502}} | UPSTREAM",
                // Gateways and nonsense
                "403 | {'error':{'message':'insufficient_quota'}} | QUOTA",
                "400 | {'error':'invalid api key'} | AUTHENTICATION",
                "502 | <html>Bad Gateway</html> | UPSTREAM",
                "404 | 404 page not found | MODEL_UNAVAILABLE",
                "400 | {'error':{'message':['not','text'],'code':{'a':1}}} | INVALID_REQUEST",
                "400 | {'error':{'message':'cut in the mid | INVALID_REQUEST",
                "302 | {'error':{'code':'context_length_exceeded'}} | REDIRECT",
                "401 | {'error':{'message':'billing'}} | AUTHENTICATION",
                "200 | {'error':{'type':'invalid_request_error','message':'no'}} | INVALID_REQUEST",
                "200 | {'error':{'type':'NotFoundError','message':'no'}} | MODEL_UNAVAILABLE",
                "400 | {'object':'error','message':{'detail':[{'type':'missing','loc':['body'],'msg':'Field required'}]},'type':'invalid_request_error','param':null,'code':null} | INVALID_REQUEST",
                "200 | {'error':'Unauthorized'} | AUTHENTICATION",
                "200 | {'detail':'Unauthorized'} | AUTHENTICATION",
                "200 | {'error':'server busy, please try again.  maximum pending requests exceeded'} | UPSTREAM",
                "200 | {'object':'error','message':'m','type':'service_tier_capacity_exceeded','code':'3505'} | RATE_LIMITED",
                "200 | {'message':'Requests rate limit exceeded'} | RATE_LIMITED",
                "200 | {'error':{'message':'no'}} | OTHER",
            })
    void what_a_provider_says_beats_its_status(int status, String body, FailureKind kind) throws IOException {
        String json = body.replace('\'', '"').replace('~', '\'');
        assertThat(kind(status, json)).isEqualTo(kind);
    }

    @Test
    void an_error_shows_its_own_words_and_not_what_it_echoes() throws IOException {
        UpstreamError error = read(
                "{\"detail\":[{\"loc\":[\"body\"],\"input\":\"the prompt\",\"msg\":\"Field required\"},{\"msg\":\"more\"}]}");
        assertThat(error.message()).isEqualTo("Field required");
        assertThat(error.codes()).isEmpty();
        assertThat(read("{\"object\":\"error\",\"message\":{\"detail\":[{\"input\":\"prompt\",\"msg\":\"Required\"}]}}")
                        .message())
                .isEqualTo("Required");
    }

    @Test
    void an_inner_code_comes_before_an_outer_one() throws IOException {
        assertThat(
                        read("{\"type\":\"error\",\"error\":{\"type\":\"a\",\"code\":\"b\",\"innererror\":{\"code\":\"C-d\"}}}")
                                .codes())
                .startsWith("c_d", "b");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "[[[[",
                "{\"detail\":[1,[2],{\"msg\":3}]}",
                "{\"error\":{\"details\":{\"a\":[]},\"metadata\":[]}}",
                "{\"error\":[1,2]}",
                "{\"error\":{\"code\":12345678901234567890}}"
            })
    void an_error_that_says_nothing_is_none(String body) throws IOException {
        assertThat(read(body).isEmpty()).isTrue();
    }

    @Test
    void errors_in_errors_end_somewhere() throws IOException {
        assertThat(read("{\"error\":".repeat(60) + "{\"message\":\"deep\"}" + "}".repeat(60))
                        .message())
                .isEmpty();
    }
}
