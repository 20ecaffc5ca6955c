using System.IO.MemoryMappedFiles;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace RagAspire.Vectors.Boxed;

/// <summary>Reads the resources of an assembly as data: it is not loaded, and needs none of its dependencies.</summary>
internal sealed unsafe class ModelFile : IDisposable
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly PEReader _assembly;
    private readonly MetadataReader _metadata;

    /// <exception cref="IOException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is no assembly.</exception>
    public ModelFile(string path)
    {
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, mapName: null, 0, MemoryMappedFileAccess.Read);
        _view = _file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        _assembly = new PEReader(start, checked((int)new FileInfo(path).Length));
        _metadata = _assembly.GetMetadataReader();
    }

    /// <summary>The only resource whose name ends like this.</summary>
    /// <exception cref="InvalidDataException">There is none.</exception>
    public ReadOnlySpan<byte> Resource(string ending)
    {
        foreach (var handle in _metadata.ManifestResources)
        {
            var resource = _metadata.GetManifestResource(handle);
            if (_metadata.GetString(resource.Name).EndsWith(ending, StringComparison.Ordinal))
            {
                var directory = _assembly.PEHeaders.CorHeader!.ResourcesDirectory;
                var section = _assembly.GetSectionData(directory.RelativeVirtualAddress);
                var reader = section.GetReader(checked((int)resource.Offset), section.Length - checked((int)resource.Offset));
                var length = reader.ReadInt32();
                return new ReadOnlySpan<byte>(reader.CurrentPointer, length);
            }
        }

        throw new InvalidDataException($"There is no resource '{ending}'.");
    }

    public void Dispose()
    {
        _assembly.Dispose();
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }
}
