using Microsoft.Extensions.DependencyInjection;
using RagAspire.Answers.Generation;
using RagAspire.Answers.Sessions;

namespace RagAspire.Answers;

public static class AnswersRegistration
{
    /// <summary>Registers the writing of answers. The chat model is an optional service, registered by the host.</summary>
    internal static IServiceCollection AddAnswers(this IServiceCollection services) => services
        .AddValidatedOptions<AnswerOptions>(AnswerOptions.Section)
        .AddSingleton<AnswerModel>()
        .AddSingleton<AnswerWriter>()
        .AddSingleton<QuestionRewriter>()
        .AddSingleton<AnswerStore>()
        .AddSingleton<AnswerMetrics>()
        .AddValidatedOptions<SessionOptions>(SessionOptions.Section)
        .AddSingleton<SessionMetrics>()
        .AddSingleton<SessionHistory>()
        .AddSingleton<AnswerRecorder>()
        .AddSingleton<AnswerService>();

    /// <summary>Exports the durations of sessions.</summary>
    public static IServiceCollection AddSessionMetrics(this IServiceCollection services) => services
        .AddSingleton<SearchSessions>()
        .AddSingleton<EndedSessions>()
        .AddHostedService<SessionMetricsSampler>();
}
