using RagAspire.Extractor.InlineText;

namespace RagAspire.Extractor.Formats.Rtf;

/// <summary>The purpose of the text of a group.</summary>
internal enum RtfDestination
{
    Text,
    Skipped,
    Fonts,
    Styles,
    Info,
    Title,
    ListMarker,
    Comment,
}

/// <summary>The state of one group, which ends with it.</summary>
/// <param name="FallbackLength">Number of fallback characters after each Unicode character, for readers without Unicode.</param>
internal readonly record struct RtfGroup(
    RtfDestination Destination, int Font, int FallbackLength = 1, bool IsHidden = false, int Style = -1,
    TextStyle TextStyle = TextStyle.Plain)
{
    private static readonly HashSet<string> SkippedWords = new(StringComparer.Ordinal)
    {
        "colortbl", "pict", "objdata", "objclass", "objname", "header", "headerl", "headerr", "headerf", "footer", "footerl",
        "footerr", "footerf",
        "fldinst", "xe", "tc", "rxe", "txe", "nonshppict", "themedata", "datastore", "listtable", "listoverridetable",
        "revtbl", "rsidtbl", "filetbl", "ftnsep", "ftnsepc", "ftncn", "aftnsep", "aftnsepc", "aftncn", "template", "author",
        "operator",
        "company", "doccomm", "keywords", "category", "manager", "subject", "comment", "hlinkbase", "creatim", "revtim",
        "printim", "buptim",
        "sp", "panose", "falt", "leveltext", "levelnumbers", "latentstyles", "generator", "atnid", "atnauthor",
        "pntxtb", "pntxta",
        "pnseclvl", "userprops", "xmlnstbl", "mmathPr", "background", "wgrffmtfilter",
    };

    // Marked as ignorable for old readers, but with text.
    private static readonly HashSet<string> KnownExtensions = new(StringComparer.Ordinal)
    {
        "shpinst", "shptxt", "ud", "pntext", "shppict", "mmath", "mr", "hyphen", "footnote",
    };

    /// <summary>The destination that a word opens; null when it opens none.</summary>
    /// <param name="isExtension">The word follows \*, which means that readers may ignore the group.</param>
    public static RtfDestination? Opened(string word, bool isExtension) => word switch
    {
        "fonttbl" => RtfDestination.Fonts,
        "stylesheet" => RtfDestination.Styles,
        "info" => RtfDestination.Info,
        "title" => RtfDestination.Title,
        "listtext" or "pntext" => RtfDestination.ListMarker,
        "annotation" => RtfDestination.Comment,
        "shpinst" or "upr" or "shppict" => RtfDestination.Skipped,
        "shptxt" or "ud" => RtfDestination.Text,
        _ when SkippedWords.Contains(word) || (isExtension && !KnownExtensions.Contains(word)) => RtfDestination.Skipped,
        _ => null,
    };
}
