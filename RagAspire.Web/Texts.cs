namespace RagAspire.Web;

/// <summary>The texts of the pages, in <c>Texts.resx</c>.</summary>
public sealed class Texts;
