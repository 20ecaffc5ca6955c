namespace RagAspire.Tests.Support;

/// <summary>Tests that start and break processes of their own run one after another, or they would starve each other.</summary>
[CollectionDefinition(Name)]
public sealed class Processes
{
    public const string Name = "processes";
}
