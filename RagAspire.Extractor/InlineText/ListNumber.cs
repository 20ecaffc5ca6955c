namespace RagAspire.Extractor.InlineText;

/// <summary>The numbers of list items that are written as letters or in Roman digits.</summary>
internal static class ListNumber
{
    public static string Letters(int number) =>
        number is < 1 or > 1000 ? "?" : new string((char)('A' + ((number - 1) % 26)), ((number - 1) / 26) + 1);

    public static string Roman(int number)
    {
        (int Value, string Digits)[] digits =
            [
                (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"),
                (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
            ];
        var roman = string.Empty;
        foreach (var (value, text) in digits)
        {
            for (; number is > 0 and < 4000 && number >= value; number -= value)
            {
                roman += text;
            }
        }

        return roman;
    }
}
