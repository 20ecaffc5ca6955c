namespace RagAspire.Extraction.Detection;

/// <summary>The names of files of source code and of settings, in which indentation has a meaning.</summary>
internal static class CodeNames
{
    private static readonly HashSet<string> Extensions = new(
        """
        adb ads applescript asm awk bas bash bat bicep c cbl cc cfg clj cljs cmake cmd cob coffee conf cpp cs css cu cuh cxx dart dpr
        elm erl ex exs f f90 for fs fsi fsx go gradle graphql groovy h hcl hpp hrl hs hxx inl ini ino java jl js jsx kt kts less lisp
        lua m mjs mk ml mli mm mts nim nix pas php pl pm properties proto ps1 psm1 py pyi pyx r rb rs sass scala scm scss sh sol sql
        svelte swift tcl tf thrift toml ts tsx v vb vba vbs vhd vhdl vue yaml yml zig zsh
        """.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries).Select(name => "." + name),
        StringComparer.OrdinalIgnoreCase);

    private static readonly HashSet<string> Names = new(
        ["Dockerfile", "Containerfile", "Makefile", "GNUmakefile", "Jenkinsfile", "Rakefile", "Gemfile", "Vagrantfile", "CMakeLists.txt"],
        StringComparer.OrdinalIgnoreCase);

    public static bool Contains(string? fileName) =>
        fileName is not null && (Names.Contains(Path.GetFileName(fileName)) || Extensions.Contains(Path.GetExtension(fileName)));
}
