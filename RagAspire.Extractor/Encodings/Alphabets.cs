namespace RagAspire.Extractor.Encodings;

/// <summary>The letters beyond ASCII of languages, to tell code pages apart that read the same bytes as other letters.</summary>
internal static class Alphabets
{
    private static readonly string[] Latin =
    [
        "äöüß", "éèàùâêîôûçëïœæÿü", "áéíóúüñ¿¡", "àèéìíòóùú", "áâãàçéêíóôõúü", "áčďéěíňóřšťúůýž", "ąćęłńóśźż", "áéíóöőúüű",
        "ăâîșțşţ", "çğıöşüâî", "åäöé", "æøåéü", "áðéíóúýþæö", "āčēģīķļņšūž", "ąčęėįšųūž", "äõöüšž", "čćđšž", "áäčďéíĺľňóôŕšťúýž",
        "áéëïóúèêôöüĳ", "ñáéíóúç·àèïü", "çëéèêî", "ăâđêôơưàảãạáằẳẵặắầẩẫậấèẻẽẹéềểễệếìỉĩịíòỏõọóồổỗộốờởỡợớùủũụúừửữựứỳỷỹỵý",
    ];

    private static readonly HashSet<char>[] Sets = [.. Latin.Select(letters => letters.ToHashSet())];

    /// <summary>The share of letters that one language would write, the best language counting.</summary>
    public static double Coverage(IReadOnlyDictionary<char, int> letters)
    {
        var all = letters.Values.Sum();
        return all == 0 ? 1 : Sets.Max(set => Held(set, letters)) / (double)all;
    }

    private static int Held(HashSet<char> alphabet, IReadOnlyDictionary<char, int> letters) =>
        letters.Where(letter => alphabet.Contains(letter.Key)).Sum(letter => letter.Value);
}
