using Microsoft.Extensions.DependencyInjection;
using RagAspire.Answers.Generation;

namespace RagAspire.Answers;

/// <summary>Registers the writing of answers. The model itself is an optional service.</summary>
public static class AnswersRegistration
{
    public static IServiceCollection AddAnswers(this IServiceCollection services) => services
        .AddValidatedOptions<AnswerOptions>(AnswerOptions.Section)
        .AddSingleton<AnswerModel>()
        .AddSingleton<AnswerWriter>()
        .AddSingleton<AnswerStore>()
        .AddSingleton<AnswerMetrics>()
        .AddSingleton<AnswerObserver>()
        .AddSingleton<AnswerService>();
}
